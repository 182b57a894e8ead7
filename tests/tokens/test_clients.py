"""Do other servers learn of a token what is theirs to know, and nothing more? (RFC 7662, RFC 7009)"""

import base64
import uuid
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entities.models import EntityKind
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.cells import each_cell
from tests.tokens.helpers import SUM, backdate, generate, make_token, validate
from tokens.actions import create_client, end_client
from tokens.models import ServerClient, TemporaryToken, TokenUse
from tokens.services import token_introspection

pytestmark = pytest.mark.django_db
INTROSPECT, REVOKE = "/oauth/introspeccion/", "/oauth/revocacion/"
FORM = "application/x-www-form-urlencoded"
NOT_ACTIVE = {"active": False}
EVERYTHING = ("prescripcion", "suministros", "facturacion")
both = pytest.mark.parametrize("address", [INTROSPECT, REVOKE])


def server(by, *scope):
    """A server's credentials: client_id, secret and row."""
    client, secret = create_client(
        by=by, name="Suministros", scope=scope or EVERYTHING, request_key=uuid.uuid4(), reason="x"
    )
    return client.client_id, secret, client


def basic(client_id, secret):
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def post(address, fields, *, credentials=None, body=None, **extra):
    if credentials:
        extra["HTTP_AUTHORIZATION"] = basic(*credentials[:2])
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    data = urlencode(fields) if body is None else body
    return client.post(address, data, content_type=extra.pop("content_type", FORM), **extra)


@pytest.fixture
def known(ministry):
    return server(ministry)


@pytest.fixture
def asked(known):
    """What the server is told of a token."""
    return lambda token: post(INTROSPECT, {"token": token}, credentials=known).json()


# ---------------------------------------------------------------- introspection


def test_a_portal_token_in_force_is_described(eps, token, asked):
    assert asked(token.token) == {
        "active": True,
        "scope": "prescripcion suministros facturacion",
        "tipo": "portal",
        "iss": "mipres",
        "sub": str(eps.entity.pk),
        "nit": eps.entity.nit,
        "regimen": "C",
        "iat": int(token.row.issued_at.timestamp()),
        "exp": int(token.row.expires_at.timestamp()),
        "jti": token.row.jti,
    }


def test_a_temporary_token_is_described_without_prescription(eps, token, asked):
    answer = asked(generate(eps.entity.nit, token.token).json())
    row = TemporaryToken.objects.get()
    assert (answer["active"], answer["tipo"], answer["scope"]) == (True, "temporal", "suministros facturacion")
    assert answer["exp"] == int(row.expires_at.timestamp())


def test_a_temporary_token_ends_with_its_portal_token(asked):
    delegate = factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR))
    made = make_token(delegate, days=1)
    temporary = generate(delegate.entity.nit, made.token).json()
    ends = timezone.now() + timedelta(hours=2)
    backdate(made.row, superseded_at=made.row.issued_at, ends_at=ends)
    assert asked(temporary)["exp"] == int(ends.timestamp())


def test_a_replaced_token_says_when_it_ends(eps, token, asked):
    make_token(eps, overlap=timedelta(hours=24))
    assert asked(token.token)["exp"] < int(token.row.expires_at.timestamp())


def test_who_has_no_regimen_has_no_claim(asked):
    delegate = factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR))
    assert "regimen" not in asked(make_token(delegate).token)


def now_and_then():
    return timezone.now() - timedelta(days=3)


ENDS = {
    "revoked": lambda eps, token: backdate(token.row, revoked_at=timezone.now(), reason="x"),
    "replaced": lambda eps, token: make_token(eps),
    "expired": lambda eps, token: backdate(
        token.row, issued_at=now_and_then() - timedelta(days=90), expires_at=now_and_then()
    ),
    "of an inactive entity": lambda eps, token: type(eps.entity).objects.update(is_active=False),
}


@pytest.mark.parametrize("end", ENDS)
def test_of_a_token_that_ended_nothing_is_said(eps, token, asked, end):
    temporary = generate(eps.entity.nit, token.token).json()
    ENDS[end](eps, token)
    assert asked(token.token) == asked(temporary) == NOT_ACTIVE


def test_a_temporary_token_of_yesterday_is_not_active(eps, token, asked):
    temporary, yesterday = generate(eps.entity.nit, token.token).json(), timezone.now() - timedelta(hours=25)
    TemporaryToken.objects.update(issued_at=yesterday, expires_at=yesterday + timedelta(hours=24))
    assert asked(temporary) == NOT_ACTIVE


@each_cell("junk", ["x", "a.b.c", "ñ", "\x00", "A" * 43 + "=", "9" * 10_000])
def test_of_junk_nothing_is_said(token, asked, junk):
    assert asked(junk) == NOT_ACTIVE


def test_of_a_truncated_token_nothing_is_said(token, asked):
    assert asked(token.token[:-1]) == NOT_ACTIVE


def test_a_server_hears_only_of_the_scopes_that_it_shares(ministry, eps, token):
    answer = post(INTROSPECT, {"token": token.token}, credentials=server(ministry, "facturacion")).json()
    assert answer["scope"] == "facturacion"


def test_a_token_of_other_scopes_is_not_active_for_it(ministry):
    ips = make_token(factories.make_delegate(factories.make_entity(EntityKind.IPS)))
    assert post(INTROSPECT, {"token": ips.token}, credentials=server(ministry, "suministros")).json() == NOT_ACTIVE


def test_a_server_of_prescription_hears_of_no_temporary_token(ministry, eps, token):
    temporary = generate(eps.entity.nit, token.token).json()
    credentials = server(ministry, "prescripcion")
    assert post(INTROSPECT, {"token": temporary}, credentials=credentials).json() == NOT_ACTIVE


def test_asking_is_no_use_of_the_token(token, asked):
    asked(token.token)
    assert not TokenUse.objects.exists()


# ---------------------------------------------------------------- revocation


def test_a_revoked_portal_token_ends_at_once(eps, token, known):
    response = post(REVOKE, {"token": token.token, "token_type_hint": "access_token"}, credentials=known)
    assert (response.status_code, response.content) == (200, b"")
    assert validate(eps.entity.nit, token.token).status_code == 401


def test_the_delegates_hear_of_it(eps, token, known, delivered):
    post(REVOKE, {"token": token.token}, credentials=known)
    (message,) = delivered()
    assert message.to == [eps.email]
    assert f"Revocado por el servidor Suministros ({known[0]})" in message.body
    assert token.token not in message.body


def test_the_history_says_which_server(eps, token, known):
    post(REVOKE, {"token": token.token}, credentials=known)
    entry = HistoryEntry.objects.get(event="token.revoked")
    assert entry.entity == eps.entity
    assert known[0] in entry.reason


def test_a_revoked_temporary_token_leaves_its_portal_token(eps, token, known):
    temporary = generate(eps.entity.nit, token.token).json()
    assert post(REVOKE, {"token": temporary}, credentials=known).status_code == 200
    assert not TemporaryToken.objects.exists()
    assert validate(eps.entity.nit, token.token).status_code == 200


@pytest.mark.parametrize("junk", ["x", "a.b.c", "A" * 43 + "="])
def test_what_is_no_token_needs_no_revocation(token, known, junk):
    assert post(REVOKE, {"token": junk}, credentials=known).status_code == 200


def test_a_second_revocation_answers_alike(token, known):
    assert [post(REVOKE, {"token": token.token}, credentials=known).status_code for _ in range(2)] == [200, 200]
    assert HistoryEntry.objects.filter(event="token.revoked").count() == 1


# ---------------------------------------------------------------- credentials


def test_credentials_in_the_body_count_too(token, known):
    fields = {"token": token.token, "client_id": known[0], "client_secret": known[1]}
    assert post(INTROSPECT, fields).json()["active"] is True


def assert_error(response, status, error):
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.json()["error_description"].isascii()


WRONG = {
    "another secret": lambda known: basic(known[0], "x"),
    "no secret": lambda known: basic(known[0], ""),
    "the digest": lambda known: basic(known[0], known[2].digest),
    "an unknown client": lambda known: basic("srv-0000000000000000", known[1]),
    "a NUL": lambda known: basic("srv-\x00", known[1]),
    "a bearer": lambda known: f"Bearer {known[1]}",
    "no base64": lambda known: "Basic ñ",
    "no colon": lambda known: "Basic " + base64.b64encode(b"x").decode(),
    "no UTF-8": lambda known: "Basic " + base64.b64encode(b"\xff:\xff").decode(),
}


@both
@each_cell("how", WRONG)
def test_wrong_credentials_are_401_and_do_nothing(eps, token, known, address, how):
    response = post(address, {"token": token.token}, HTTP_AUTHORIZATION=WRONG[how](known))
    assert_error(response, 401, "invalid_client")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="mipres"'
    assert validate(eps.entity.nit, token.token).status_code == 200


@both
def test_no_credentials_are_401(token, address):
    assert_error(post(address, {"token": token.token}), 401, "invalid_client")


def test_the_credentials_of_a_server_that_was_ended_are_401(ministry, token, known):
    end_client(by=ministry, client=known[2], reason="Ya no se usa")
    assert_error(post(INTROSPECT, {"token": token.token}, credentials=known), 401, "invalid_client")


def test_an_escaped_header_is_read_as_a_form_field(token, known):
    escaped = known[0].replace("-", "%2D")
    assert post(INTROSPECT, {"token": token.token}, credentials=(escaped, known[1])).status_code == 200


BAD = {
    "no token": ({"x": "1"}, {}),
    "an empty token": ({"token": ""}, {}),
    "a repeated token": ({}, {"body": "token=a&token=b"}),
    "JSON": ({}, {"body": '{"token": "a"}', "content_type": "application/json"}),
    "no UTF-8": ({}, {"body": b"token=\xff"}),
    "escaped junk": ({}, {"body": b"token=%ff"}),
    "too much": ({}, {"body": "token=" + "a" * 30_000}),
    "too many fields": ({}, {"body": "&".join(f"a{n}=1" for n in range(50))}),
    "two ways": ({"token": "a", "client_secret": "x"}, {}),
    "two names": ({"token": "a", "client_id": "srv-0000000000000000"}, {}),
}


@both
@each_cell("what", BAD)
def test_a_bad_request_is_400(known, address, what):
    fields, extra = BAD[what]
    assert_error(post(address, fields, credentials=known, **extra), 400, "invalid_request")


@both
@each_cell("method", ["get", "head", "put", "delete", "options"])
def test_another_method_is_405(known, address, method):
    response = getattr(Client(), method)(address)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_a_token_in_the_query_string_is_not_read(token, known):
    assert_error(post(f"{INTROSPECT}?token={token.token}", {}, credentials=known), 400, "invalid_request")


@both
def test_the_last_slash_may_be_missing_and_nothing_redirects(known, address):
    assert post(address.rstrip("/"), {"token": "x"}, credentials=known).status_code == 200


@both
def test_plain_http_is_refused_without_redirect(known, address, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert_error(post(address, {"token": "x"}, credentials=known), 400, "invalid_request")
    assert post(address, {"token": "x"}, credentials=known, secure=True).status_code == 200


@both
def test_a_call_sets_no_cookie_and_is_not_kept(known, address):
    response = post(address, {"token": "x"}, credentials=known)
    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(OperationalError, 503, "temporarily_unavailable"), (ZeroDivisionError, 500, "server_error")],
)
def test_an_error_of_the_portal_is_said_as_oauth_says_it(known, monkeypatch, error, status, said):
    def broken(**_):
        raise error

    monkeypatch.setattr(token_introspection, "introspect", broken)
    assert_error(post(INTROSPECT, {"token": "x"}, credentials=known), status, said)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    address=st.sampled_from([INTROSPECT, REVOKE]),
    body=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: urlencode({"token": text}).encode())),
    header=st.none() | st.text(max_size=40).map(lambda text: "Basic " + base64.b64encode(text.encode()).decode()),
)
def test_nothing_that_is_posted_is_an_error_of_the_portal(known, address, body, header):
    extra = {"HTTP_AUTHORIZATION": header or basic(*known[:2])}
    response = post(address, {}, body=body, **extra)
    assert response.status_code in (200, 400, 401, 429)


# ---------------------------------------------------------------- limits


@pytest.fixture
def at_noon():
    with time_machine.travel(timezone.now().replace(second=20), tick=False):
        yield


def test_wrong_credentials_are_throttled_for_their_address(known, monkeypatch, at_noon):
    monkeypatch.setattr(token_introspection.address_limit, "allowed", 3)
    wrong = [post(INTROSPECT, {"token": "x"}, credentials=(known[0], "x")) for _ in range(5)]
    assert [response.status_code for response in wrong] == [401] * 3 + [429] * 2
    assert wrong[-1].headers["Retry-After"] == "40"
    assert_error(wrong[-1], 429, "temporarily_unavailable")
    assert post(INTROSPECT, {"token": "x"}, credentials=(known[0], "x"), REMOTE_ADDR="203.0.113.9").status_code == 401


def test_a_guesser_next_door_does_not_lock_a_server_out(known, monkeypatch, at_noon):
    monkeypatch.setattr(token_introspection.address_limit, "allowed", 1)
    for _ in range(3):
        post(INTROSPECT, {"token": "x"}, credentials=(known[0], "x"))
    assert post(INTROSPECT, {"token": "x"}, credentials=known).status_code == 200


def test_a_server_has_so_many_calls_a_minute(known, monkeypatch, at_noon):
    monkeypatch.setattr(token_introspection.client_limit, "allowed", 2)
    assert [post(REVOKE, {"token": "x"}, credentials=known).status_code for _ in range(3)] == [200, 200, 429]


# ---------------------------------------------------------------- the row


def test_of_the_secret_only_a_digest_is_kept(ministry, known):
    row = str(ServerClient.objects.values().get())
    assert known[1] not in row + str(list(HistoryEntry.objects.values_list("after", flat=True)))


def test_a_repeated_click_makes_one_server_and_shows_no_other_secret(ministry):
    asked = {"by": ministry, "name": "x", "scope": ["suministros"], "request_key": uuid.uuid4(), "reason": "x"}
    (first, _), (second, secret) = create_client(**asked), create_client(**asked)
    assert (first, secret) == (second, None)
    assert HistoryEntry.objects.filter(event="client.created").count() == 1


def test_a_second_ending_changes_nothing(ministry, known):
    assert [end_client(by=ministry, client=known[2], reason=reason) for reason in ("a", "b")] == [True, False]
    assert ServerClient.objects.get().reason == "a"
    assert HistoryEntry.objects.filter(event="client.ended").count() == 1


NOW = timezone.now()
CASES = [
    ("server_client_marks_well_formed", {"client_id": "otro"}),
    ("server_client_marks_well_formed", {"digest": "secreto"}),
    ("server_client_has_a_name", {"name": ""}),
    ("server_client_scope_known", {"scope": "todo"}),
    ("server_client_ended_with_a_reason", {"ended_at": NOW + timedelta(days=1)}),
    ("server_client_ended_with_a_reason", {"reason": "x"}),
]


@pytest.mark.parametrize(("name", "change"), CASES)
def test_the_database_refuses(known, name, change):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ServerClient.objects.update(**change)


def test_the_wire_of_the_services_is_not_touched(eps, token):
    assert generate(eps.entity.nit, token.token, SUM).status_code == 200
