"""How are credentials, forms and errors of the OAuth endpoints handled?"""

import base64
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cells import each_cell
from tests.tokens.helpers import SUM, generate, validate
from tests.tokens.services.oauth_calls import INTROSPECT, REVOKE, basic, post
from tokens.actions import end_client
from tokens.services import token_introspection

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("address", [INTROSPECT, REVOKE])


# ---------------------------------------------------------------- credentials


def test_credentials_in_the_body_count_too(token, client_server):
    fields = {"token": token.token, "client_id": client_server[0], "client_secret": client_server[1]}
    assert post(INTROSPECT, fields).json()["active"] is True


def assert_error(response, status, error):
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.json()["error_description"].isascii()


WRONG = {
    "another secret": lambda client_server: basic(client_server[0], "x"),
    "no secret": lambda client_server: basic(client_server[0], ""),
    "the digest": lambda client_server: basic(client_server[0], client_server[2].digest),
    "an unknown client": lambda client_server: basic("srv-0000000000000000", client_server[1]),
    "a NUL": lambda client_server: basic("srv-\x00", client_server[1]),
    "a bearer": lambda client_server: f"Bearer {client_server[1]}",
    "no base64": lambda client_server: "Basic ñ",
    "no colon": lambda client_server: "Basic " + base64.b64encode(b"x").decode(),
    "no UTF-8": lambda client_server: "Basic " + base64.b64encode(b"\xff:\xff").decode(),
}


@both
@each_cell("how", WRONG)
def test_wrong_credentials_are_401_and_do_nothing(eps, token, client_server, address, how):
    response = post(address, {"token": token.token}, HTTP_AUTHORIZATION=WRONG[how](client_server))
    assert_error(response, 401, "invalid_client")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="mipres"'
    assert validate(eps.entity.nit, token.token).status_code == 200


@both
def test_no_credentials_are_401(token, address):
    assert_error(post(address, {"token": token.token}), 401, "invalid_client")


def test_the_credentials_of_a_server_that_was_ended_are_401(ministry, token, client_server):
    end_client(by=ministry, client=client_server[2], reason="Ya no se usa")
    assert_error(post(INTROSPECT, {"token": token.token}, credentials=client_server), 401, "invalid_client")


def test_an_escaped_header_is_read_as_a_form_field(token, client_server):
    escaped = client_server[0].replace("-", "%2D")
    assert post(INTROSPECT, {"token": token.token}, credentials=(escaped, client_server[1])).status_code == 200


BAD = {
    "no token": ({"x": "1"}, {}),
    "an empty token": ({"token": ""}, {}),
    "a repeated token": ({}, {"body": "token=a&token=b"}),
    "JSON": ({}, {"body": '{"token": "a"}', "content_type": "application/json"}),
    "no UTF-8": ({}, {"body": b"token=\xff"}),
    "escaped junk": ({}, {"body": b"token=%ff"}),
    "too many fields": ({}, {"body": "&".join(f"a{n}=1" for n in range(50))}),
    "two ways": ({"token": "a", "client_secret": "x"}, {}),
    "two names": ({"token": "a", "client_id": "srv-0000000000000000"}, {}),
}


@both
def test_too_much_is_413(client_server, address):
    response = post(address, {}, credentials=client_server, body="token=" + "a" * 30_000)
    assert_error(response, 413, "invalid_request")


@both
@each_cell("what", BAD)
def test_a_bad_request_is_400(client_server, address, what):
    fields, extra = BAD[what]
    assert_error(post(address, fields, credentials=client_server, **extra), 400, "invalid_request")


@both
@each_cell("method", ["get", "head", "put", "delete", "options"])
def test_another_method_is_405(client_server, address, method):
    response = getattr(Client(), method)(address)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_a_token_in_the_query_string_is_not_read(token, client_server):
    assert_error(post(f"{INTROSPECT}?token={token.token}", {}, credentials=client_server), 400, "invalid_request")


@both
def test_the_last_slash_may_be_missing_and_nothing_redirects(client_server, address):
    assert post(address.rstrip("/"), {"token": "x"}, credentials=client_server).status_code == 200


@both
def test_plain_http_is_refused_without_redirect(client_server, address, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert_error(post(address, {"token": "x"}, credentials=client_server), 400, "invalid_request")
    assert post(address, {"token": "x"}, credentials=client_server, secure=True).status_code == 200


@both
def test_a_call_sets_no_cookie_and_is_not_kept(client_server, address):
    response = post(address, {"token": "x"}, credentials=client_server)
    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(OperationalError, 503, "temporarily_unavailable"), (ZeroDivisionError, 500, "server_error")],
)
def test_an_error_of_the_portal_is_said_as_oauth_says_it(client_server, monkeypatch, error, status, said):
    def broken(**_):
        raise error

    monkeypatch.setattr(token_introspection, "introspect", broken)
    assert_error(post(INTROSPECT, {"token": "x"}, credentials=client_server), status, said)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    address=st.sampled_from([INTROSPECT, REVOKE]),
    body=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: urlencode({"token": text}).encode())),
    header=st.none() | st.text(max_size=40).map(lambda text: "Basic " + base64.b64encode(text.encode()).decode()),
)
def test_nothing_that_is_posted_is_an_error_of_the_portal(client_server, address, body, header):
    extra = {"HTTP_AUTHORIZATION": header or basic(*client_server[:2])}
    response = post(address, {}, body=body, **extra)
    assert response.status_code in (200, 400, 401, 429)


# ---------------------------------------------------------------- limits


@pytest.fixture
def at_noon():
    with time_machine.travel(timezone.now().replace(second=20), tick=False):
        yield


def test_wrong_credentials_are_throttled_for_their_address(client_server, monkeypatch, at_noon):
    monkeypatch.setattr(token_introspection.address_limit, "allowed", 3)
    wrong = [post(INTROSPECT, {"token": "x"}, credentials=(client_server[0], "x")) for _ in range(5)]
    assert [response.status_code for response in wrong] == [401] * 3 + [429] * 2
    assert wrong[-1].headers["Retry-After"] == "40"
    assert_error(wrong[-1], 429, "temporarily_unavailable")
    assert (
        post(INTROSPECT, {"token": "x"}, credentials=(client_server[0], "x"), REMOTE_ADDR="203.0.113.9").status_code
        == 401
    )


def test_a_guesser_next_door_does_not_lock_a_server_out(client_server, monkeypatch, at_noon):
    monkeypatch.setattr(token_introspection.address_limit, "allowed", 1)
    for _ in range(3):
        post(INTROSPECT, {"token": "x"}, credentials=(client_server[0], "x"))
    assert post(INTROSPECT, {"token": "x"}, credentials=client_server).status_code == 200


def test_a_server_has_so_many_calls_a_minute(client_server, monkeypatch, at_noon):
    monkeypatch.setattr(token_introspection.client_limit, "allowed", 2)
    assert [post(REVOKE, {"token": "x"}, credentials=client_server).status_code for _ in range(3)] == [200, 200, 429]


def test_the_wire_of_the_services_is_not_touched(eps, token):
    assert generate(eps.entity.nit, token.token, SUM).status_code == 200
