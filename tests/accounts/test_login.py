"""Who gets in at /ingresar/, and what does everybody else learn? (manual v4.1 §9)"""

import re

import pytest
from django.contrib.auth.hashers import get_hasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from mipres_admin.history.models import HistoryEntry
from mipres_admin.rate_limits.models import RateCounter
from tests import factories
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution

pytestmark = pytest.mark.django_db


def history():
    return list(
        HistoryEntry.objects.order_by("id").values("event", "actor", "entity", "object_type", "object_id", "after")
    )


def without_tokens(response):
    """The page but for what is random in every page, and the login that was typed."""
    page = re.sub(r'value="[^"]*"', "", response.content.decode())
    return re.sub(r"/captcha/[^/]+/", "", page)


@pytest.fixture
def hashings(monkeypatch):
    """Every run of the password hasher."""
    runs = []
    hasher = type(get_hasher())
    for work in ("encode", "verify"):
        original = getattr(hasher, work)
        monkeypatch.setattr(hasher, work, lambda *args, run=original: (runs.append(run), run(*args))[1])
    return runs


@pytest.fixture
def refused(delegate):
    """Four ways not to get in: what to type."""
    inactive = factories.make_delegate(factories.make_entity(), is_active=False)
    orphan = factories.make_delegate(factories.make_entity(is_active=False))
    return {
        "no such account": {"login": "ADMIPS999999999"},
        "wrong password": {"login": delegate.login, "password": "otra cosa distinta"},
        "inactive account": {"login": inactive.login},
        "inactive entity": {"login": orphan.login},
    }


WAYS = ("no such account", "wrong password", "inactive account", "inactive entity")


def test_the_right_password_and_code_open_a_session(client, delegate):
    response = log_in(client, delegate.login)
    assert (response.status_code, response.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(delegate.pk)


def test_the_case_of_the_login_and_spaces_around_it_do_not_matter(client, delegate):
    log_in(client, f"  {delegate.login.lower()} ")
    assert is_logged_in(client)


def test_the_ministry_logs_in_at_the_same_page_and_goes_on_to_its_second_factor(client, ministry):
    assert log_in(client, ministry.login).url == "/ingresar/segundo-factor/"


@pytest.mark.parametrize("kind", ["IPS", "EPS_C", "EPS_S", "PROV", "PPN", "ET"])
def test_delegates_of_every_kind_of_entity_log_in(client, db, kind):
    log_in(client, factories.make_delegate(factories.make_entity(kind)).login)
    assert is_logged_in(client)


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_refused_reads_the_same_page(client, refused, way):
    answer = log_in(client, **refused[way])
    assert not is_logged_in(client)
    assert "Credenciales inválidas. Revise el usuario y la contraseña" in answer.content.decode()
    assert without_tokens(answer) == without_tokens(log_in(client, "ADMIPS888888888"))


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_refused_costs_one_hashing(client, refused, way, hashings):
    log_in(client, **refused[way])
    assert len(hashings) == 1


def queries(client, credentials):
    fields = {"login": "ADMIPS888888888", "password": factories.PASSWORD} | credentials | solution(client)
    with CaptureQueriesContext(connection) as captured:
        client.post(PAGE, fields)
    return [query["sql"].split()[0] for query in captured]


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_refused_costs_the_same_queries(client, refused, way):
    queries(client, {})
    assert queries(client, refused[way]) == queries(client, {})


def test_the_key_of_the_session_changes_at_log_in(client, delegate):
    fields = solution(client)
    before = client.session.session_key
    log_in(client, delegate.login, **fields)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/usuarios/?estado=Activo", "/usuarios/?estado=Activo"),
        ("https://malo.example/", "/"),
        ("//malo.example/", "/"),
        ("/\\malo.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_afterwards_people_go_only_to_pages_of_the_portal(client, delegate, wanted, reached):
    fields = {"login": delegate.login, "password": factories.PASSWORD} | solution(client)
    assert client.post(PAGE, fields, query_params={"next": wanted}).url == reached


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_has_logged_in_goes_home(delegate_client, method):
    assert getattr(delegate_client, method)(PAGE, query_params={"next": "/admin/"}).url == "/"


def test_without_a_session_home_leads_to_the_log_in(client, db):
    assert client.get("/").url == "/ingresar/?next=/"


def test_home_shows_who_has_logged_in(delegate_client, delegate):
    assert delegate.login in delegate_client.get("/").content.decode()


def test_history_tells_that_a_session_was_opened(client, delegate):
    log_in(client, delegate.login)
    assert history() == [
        {
            "event": "session.opened",
            "actor": delegate.pk,
            "entity": delegate.entity_id,
            "object_type": "accounts.account",
            "object_id": str(delegate.pk),
            "after": {},
        }
    ]


def test_history_tells_that_a_session_was_refused_and_nothing_of_what_was_typed(client, delegate):
    log_in(client, delegate.login, "otra cosa distinta")
    assert history() == [
        {
            "event": "session.refused",
            "actor": None,
            "entity": delegate.entity_id,
            "object_type": "accounts.account",
            "object_id": str(delegate.pk),
            "after": {"locked": False},
        }
    ]


def test_history_names_an_unknown_login_only_by_the_keyed_hash_of_its_counter(client, db):
    log_in(client, "ADMIPS999999999")
    (entry,) = history()
    assert (entry["object_type"], entry["entity"]) == ("rate_limits.ratecounter", None)
    assert RateCounter.objects.filter(key=entry["object_id"]).exists()


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ("", "Ingrese su usuario."),
        ("A" * 300, "El usuario debe tener de 3 a 40 letras o números sin tildes, por ejemplo ADMIPS900123456."),
        ("ADMIPS\x00900", "Los caracteres nulos no están permitidos."),
        ("ADMİPS900123456", "El usuario debe tener de 3 a 40 letras"),
        ("'; DROP TABLE--", "El usuario debe tener de 3 a 40 letras"),
        ("☃" * 5, "El usuario debe tener de 3 a 40 letras"),
    ],
)
def test_a_login_that_cannot_exist_gets_a_clear_message_and_counts_nothing(client, db, login, message):
    response = client.post(PAGE, {"login": login, "password": factories.PASSWORD} | solution(client))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not RateCounter.objects.exists()


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "Ingrese su contraseña."),
        ("clave\x00clave", "Los caracteres nulos no están permitidos."),
        ("x" * 257, "La contraseña debe tener máximo 256 caracteres."),
    ],
)
def test_a_password_that_cannot_exist_gets_a_clear_message(client, delegate, password, message):
    assert message in log_in(client, delegate.login, password).content.decode()


def test_a_password_of_any_alphabet_is_merely_right_or_wrong(client, delegate):
    assert "Credenciales inválidas" in log_in(client, delegate.login, "пароль ☃ contraseña").content.decode()


def test_spaces_of_a_password_belong_to_it(client, delegate):
    log_in(client, delegate.login, f" {factories.PASSWORD}")
    assert not is_logged_in(client)


def test_the_page_never_repeats_the_password(client, delegate):
    assert "otra cosa distinta" not in log_in(client, delegate.login, "otra cosa distinta").content.decode()


@pytest.mark.parametrize(
    "piece",
    [
        '<label class="field__label" for="id_login">Usuario',
        '<label class="field__label" for="id_password">Contraseña',
        'autocomplete="username"',
        'autocomplete="current-password"',
        ">Ingresar</button>",
    ],
)
def test_the_page_has_the_fields_of_the_manual(client, db, piece):
    assert piece in client.get(PAGE).content.decode()


def test_log_in_writes_the_time(client, delegate):
    log_in(client, delegate.login)
    assert Account.objects.get(pk=delegate.pk).last_login is not None


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(client, db, method):
    assert getattr(client, method)(PAGE).status_code == 405
