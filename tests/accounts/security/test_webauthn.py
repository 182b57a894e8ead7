"""What does the portal accept from a browser with a passkey?"""

import pytest

from accounts.models import Passkey
from accounts.security.webauthn import site_of
from tests import factories
from tests.accounts.login_page import is_logged_in
from tests.accounts.second_factors import STEP, pending_client

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- passkeys (the rest: tests/journeys/accounts)
GARBAGE = [
    "",
    "x",
    "[]",
    "{}",
    '{"id": 1}',
    '{"id": "\x00"}',
    '{"id": "a", "rawId": "a", "response": {}, "type": "x"}',
    "[" * 9_000,
]


@pytest.fixture
def passkey(delegate):
    return Passkey.objects.create(
        account=delegate, name="Llave", credential_id="YWJj", credential_hash="0" * 64, public_key=b"1"
    )


@pytest.mark.parametrize("answer", [*GARBAGE, "x" * 30_000])
def test_what_is_no_answer_of_a_passkey_opens_nothing(delegate, passkey, answer):
    client = pending_client(delegate)
    client.get(STEP)
    assert client.post(STEP, {"answer": answer}).status_code == 200
    assert not is_logged_in(client)


@pytest.mark.parametrize("answer", GARBAGE)
def test_what_is_no_answer_of_a_passkey_adds_none(delegate_client, answer):
    delegate_client.get("/seguridad/llave/")
    fields = {"name": "Llave", "password": factories.PASSWORD, "answer": answer}
    assert delegate_client.post("/seguridad/llave/", fields).status_code == 200
    assert not Passkey.objects.exists()


def test_wrong_answers_of_passkeys_count_as_guesses(delegate, passkey, app):
    client = pending_client(delegate)
    for _ in range(5):
        client.post(STEP, {"answer": "{}"})
    assert "bloqueado" in client.post(STEP, {"code": factories.code_of(app)}).text


def test_a_challenge_is_of_use_once(delegate, passkey):
    client = pending_client(delegate)
    client.get(STEP)
    first = client.session["passkey_challenge"]
    client.post(STEP, {"answer": "{}"})
    assert client.session["passkey_challenge"] != first


def test_a_numeric_address_has_no_passkeys_and_says_what_to_do(delegate_client):
    page = delegate_client.get("/seguridad/llave/", headers={"host": "127.0.0.1:8000"}).text
    assert "no crean llaves de acceso para una dirección numérica (127.0.0.1)" in page


@pytest.mark.parametrize(
    ("host", "name"), [("mipres.example", "mipres.example"), ("localhost:8000", "localhost"), ("[::1]:8000", "[::1]")]
)
def test_a_passkey_belongs_to_the_host_name_without_port(host, name):
    assert site_of(host, secure=True).host == name
