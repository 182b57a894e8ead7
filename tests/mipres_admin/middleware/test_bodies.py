"""Is a body refused before it is read, when it is too large, does not say its size, or is one upload too many?"""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mipres_admin.access.bodies import ANNOUNCED, MEGABYTE, ORDINARY_BODY
from roles.uploads.workbook_reader import SheetRefused
from tests.accounts.impersonations import impersonate
from tests.factories import make_claim, make_natural, make_staff

pytestmark = pytest.mark.django_db

WORKBOOK, REGISTRY = "/usuarios/cargar/", "/admin/registries/registryload/add/"
RUT = "/seguridad-social/entidades/registrar/?tipo=IPS"
COPY = "/seguridad-social/identidad/copia/"


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *_):
        pytest.fail("The body was read.")

    readline = read


def logged_in(account):
    client = Client()
    client.force_login(account)
    return client


def send(client, path, size, **headers):
    """A form of `size` bytes, of which nothing is read."""
    return client.generic(
        "POST", path, content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(size), **{"wsgi.input": Unread()}, **headers,
    )  # fmt: skip


def send_in_parts(client, path):
    return send(client, path, "", HTTP_TRANSFER_ENCODING="chunked")


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize("path", ["/ingresar/", "/clave/recordar/", "/admin/login/"])
def test_a_form_larger_than_forms_are_is_refused_unread(client, path):
    response = send(client, path, ORDINARY_BODY + 1)
    assert response.status_code == 413
    assert "máximo 256 KB" in response.text


def test_a_stranger_sends_no_large_body_anywhere(client):
    for path in (WORKBOOK, RUT, COPY, REGISTRY):
        response = send(client, path, ORDINARY_BODY + 1)
        assert response.url == f"/ingresar/?next={path.replace('?', '%3F').replace('=', '%3D')}"


@pytest.mark.parametrize(
    ("path", "maker", "largest"),
    [
        (WORKBOOK, None, 10 * MEGABYTE),
        (RUT, make_natural, MEGABYTE),
        (COPY, lambda: make_claim().account, MEGABYTE),
        (REGISTRY, lambda: make_staff("cargador"), 100 * MEGABYTE),
    ],
)
def test_an_upload_larger_than_its_page_takes_is_refused_unread(path, maker, largest, delegate):
    client = logged_in(maker() if maker else delegate)
    response = send(client, path, largest + ORDINARY_BODY + 1)
    assert response.status_code == 413
    assert f"máximo {largest // MEGABYTE} MB" in response.text
    assert client.post(path, {"nada": "x" * (ORDINARY_BODY + 1)}).status_code in (200, 302)


@pytest.mark.parametrize(("path", "group"), [(REGISTRY, "soporte"), (REGISTRY, ""), (WORKBOOK, "soporte")])
def test_staff_without_the_permission_send_no_large_body(path, group):
    assert send(logged_in(make_staff(group)), path, ORDINARY_BODY + 1).status_code == 403


@pytest.mark.parametrize("path", ["/admin/registries/registryload/", "/admin/registries/registryload/1/change/", "/"])
def test_the_permission_opens_no_other_address_to_large_bodies(path, ministry):
    assert send(logged_in(ministry), path, ORDINARY_BODY + 1).status_code == 413


def test_another_method_is_no_way_past_the_limit(delegate_client):
    for method in ("GET", "PUT", "DELETE"):
        response = delegate_client.generic(method, "/usuarios/", CONTENT_LENGTH="99999999", **{"wsgi.input": Unread()})
        assert response.status_code == 413


def test_a_size_that_is_no_number_counts_as_no_body(client):
    for size in ("-1", "x", "１"):
        assert client.generic("POST", "/ingresar/", CONTENT_LENGTH=size).status_code == 200


def test_a_second_file_in_a_form_is_refused(delegate_client):
    files = {name: SimpleUploadedFile("a.xlsx", b"x") for name in ("file", "other")}
    assert delegate_client.post(WORKBOOK, files).status_code == 400


def test_a_body_in_parts_is_refused_unread(client):
    response = send_in_parts(client, "/ingresar/")
    assert response.status_code == 411
    assert "sin decir su tamaño" in response.text


# ---------------------------------------------------------------- what the proxy asks before it keeps a body


def announce(client, path, size):
    """What the proxy asks: the request as a GET without its body, and how large that is."""
    return client.get(path, headers={ANNOUNCED: str(size)})


def test_the_proxy_may_keep_what_the_page_takes_from_who_may_send_it(delegate_client, ministry):
    for client, path, size in ((delegate_client, WORKBOOK, 10), (logged_in(ministry), REGISTRY, 100)):
        assert announce(client, path, size * MEGABYTE).status_code == 204
        assert announce(client, path, size * MEGABYTE + ORDINARY_BODY + 1).status_code == 413


def test_the_proxy_keeps_a_form_of_a_stranger_and_nothing_larger(client):
    assert announce(client, "/ingresar/", ORDINARY_BODY).status_code == 204
    assert announce(client, "/ingresar/", ORDINARY_BODY + 1).status_code == 413
    for path in (WORKBOOK, REGISTRY):
        assert announce(client, path, 10 * MEGABYTE).url == f"/ingresar/?next={path}"


def test_an_announcement_reveals_no_more_than_the_page(delegate_client, ministry):
    assert announce(logged_in(ministry), WORKBOOK, 10 * MEGABYTE).status_code == 403
    assert announce(delegate_client, REGISTRY, 10 * MEGABYTE).status_code == 403
    assert announce(delegate_client, "/no-existe/", 10 * MEGABYTE).status_code == 404


def test_an_announcement_does_nothing(delegate_client):
    assert announce(delegate_client, "/salir/", ORDINARY_BODY).status_code == 204
    assert announce(delegate_client, "/", ORDINARY_BODY).status_code == 204
    assert delegate_client.get("/").status_code == 200


def test_an_announcement_leaves_a_session_that_has_ended_to_the_form(delegate, delegate_client):
    delegate_client.get("/")
    delegate.sessions.update(ended_at=timezone.now())
    cookie = delegate_client.cookies["sesion"].value
    response = announce(delegate_client, "/seguridad/", ORDINARY_BODY)
    assert (response.status_code, delegate_client.cookies["sesion"].value) == (204, cookie)
    assert "cerró" in delegate_client.post("/usuarios/", {"q": "x" * 20_000}, follow=True).text


def test_an_account_has_few_bodies_that_have_not_arrived(delegate, delegate_client, colleague):
    assert [announce(delegate_client, WORKBOOK, MEGABYTE).status_code for _ in range(4)] == [204] * 4
    response = announce(logged_in(delegate), "/usuarios/", 10_000)
    assert response.status_code == 429
    assert "envíos suyos no han terminado" in response.text
    assert announce(logged_in(colleague), WORKBOOK, MEGABYTE).status_code == 204
    delegate_client.post(WORKBOOK, {"file": SimpleUploadedFile("a.xlsx", bytes(20_000))})
    assert announce(delegate_client, WORKBOOK, MEGABYTE).status_code == 204


def test_refused_bodies_are_not_expected(delegate_client):
    for _ in range(6):
        assert announce(delegate_client, WORKBOOK, 99 * MEGABYTE).status_code == 413


def test_strangers_of_a_network_have_few_bodies_that_have_not_arrived():
    here, there = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    assert [announce(here, "/ingresar/", 20_000).status_code for _ in range(11)] == [204] * 10 + [429]
    assert announce(there, "/ingresar/", 20_000).status_code == 204
    here.post("/ingresar/", {"login": "x" * 20_000})
    assert announce(here, "/ingresar/", 20_000).status_code == 204


# ---------------------------------------------------------------- services


SERVICES = [
    ("/WSMIPRESNOPBS/api/ValidarToken/900123456/x", "Message"),
    ("/tokens/reportar/servicio/", "Message"),
    ("/oauth/introspeccion/", "error_description"),
    ("/oauth/revocacion/", "error_description"),
]


@pytest.mark.parametrize(("path", "key"), SERVICES)
def test_a_service_refuses_a_large_body_as_json(client, path, key):
    response = send(client, path, ORDINARY_BODY + 1)
    assert response.status_code == 413
    assert "bytes o menos" in response.json()[key]


@pytest.mark.parametrize(("path", "key"), SERVICES)
def test_a_service_refuses_a_body_in_parts_as_json(client, path, key):
    response = send_in_parts(client, path)
    assert response.status_code == 411
    assert "Content-Length" in response.json()[key]


@pytest.mark.parametrize(("path", "key"), SERVICES)
def test_the_proxy_keeps_no_large_body_for_a_service(client, path, key):
    response = announce(client, path, ORDINARY_BODY + 1)
    assert response.status_code == 413
    assert "bytes o menos" in response.json()[key]


def test_a_service_without_bodies_does_nothing_for_an_announcement(client):
    assert announce(client, SERVICES[0][0], 20_000).status_code == 405


def test_a_service_says_as_json_that_too_many_bodies_are_expected(client):
    answers = [announce(client, "/oauth/introspeccion/", 20_000) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [204] * 10 + [429]
    assert "demasiados envios" in answers[-1].json()["error_description"]


# ---------------------------------------------------------------- how many


@pytest.fixture
def two_an_hour(settings):
    settings.UPLOADS_PER_HOUR = 2


def upload(client, path=WORKBOOK):
    return client.post(path, {"file": SimpleUploadedFile("a.xlsx", b"x")}).status_code


def test_one_upload_too_many_in_an_hour_is_refused_unread(delegate_client, two_an_hour):
    assert [upload(delegate_client), upload(delegate_client)] == [200, 200]
    response = send(delegate_client, WORKBOOK, 100)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "Desde su cuenta se pueden cargar 2 archivos por hora" in response.text


@pytest.fixture
def statuses_during(monkeypatch):
    """The statuses of uploads that are sent while the portal reads a workbook."""
    statuses = []

    def read_while(first, *others):
        def read(*_, **__):
            if not statuses:
                statuses.append(0)
                statuses[:] = [upload(*other) for other in others]
            raise SheetRefused("No.")

        monkeypatch.setattr("roles.forms.uploads.read_sheet", read)
        upload(first)
        return statuses

    return read_while


def test_an_account_sends_one_file_at_a_time_from_all_its_sessions(delegate, colleague, statuses_during):
    first, second = logged_in(delegate), logged_in(delegate)
    assert statuses_during(first, (second,), (logged_in(colleague),), (first,)) == [429, 200, 429]
    assert upload(second) == 200


def test_a_refused_upload_of_the_same_moment_says_so_and_does_not_count(delegate, settings, monkeypatch):
    settings.UPLOADS_PER_HOUR = 2
    client, pages = logged_in(delegate), []

    def read(*_, **__):
        pages.append(send(client, WORKBOOK, 100))
        raise ValueError("An error of the portal.")

    monkeypatch.setattr("roles.forms.uploads.read_sheet", read)
    with pytest.raises(ValueError, match="error of the portal"):
        upload(client)
    assert "Su cuenta está cargando otro archivo" in pages[0].text
    monkeypatch.undo()
    assert upload(client) == 200


def test_every_page_that_takes_a_file_counts(ministry, two_an_hour):
    claim = make_claim().account
    for account, path in ((ministry, REGISTRY), (make_natural(), RUT), (claim, COPY)):
        client = logged_in(account)
        assert [upload(client, path), upload(client, path), upload(client, path)] == [200, 200, 429]


def test_another_account_and_a_look_at_the_page_do_not_count(delegate_client, colleague, two_an_hour):
    upload(logged_in(colleague))
    upload(logged_in(colleague))
    for _ in range(3):
        assert delegate_client.get(WORKBOOK).status_code == 200
    assert upload(delegate_client) == 200


@pytest.mark.parametrize(("path", "maker"), [(RUT, make_natural), (COPY, lambda: make_claim().account)])
def test_new_accounts_bring_no_more_uploads_from_one_network(settings, path, maker):
    settings.UPLOADS_PER_HOUR_PER_ADDRESS = 2
    assert [upload(logged_in(maker()), path) for _ in range(3)] == [200, 200, 429]


def test_an_organisation_of_ipv6_has_four_times_the_uploads_of_a_network(settings):
    settings.UPLOADS_PER_HOUR_PER_ADDRESS = 1
    statuses = []
    for number in range(5):
        client = logged_in(make_natural())
        client.defaults["REMOTE_ADDR"] = f"2001:db8:0:{number}::1"
        statuses.append(upload(client, RUT))
    assert statuses == [200] * 4 + [429]


def test_the_network_does_not_count_where_the_ministry_knows_the_account(settings, delegate_client):
    settings.UPLOADS_PER_HOUR_PER_ADDRESS = 0
    assert upload(delegate_client) == 200


def test_an_impersonation_uses_no_upload_of_the_delegate(ministry, delegate, delegate_client, two_an_hour):
    client = logged_in(ministry)
    impersonate(client, delegate)
    assert [upload(client) for _ in range(3)] == [403, 403, 403]
    assert send(client, WORKBOOK, ORDINARY_BODY + 1).status_code == 403
    assert upload(delegate_client) == 200
