"""What does the portal accept from a browser with a passkey?"""

import json

import pytest
from webauthn.helpers import base64url_to_bytes

from accounts.models import Passkey
from accounts.security.webauthn import site_of, user_handle, user_handles
from tests import factories
from tests.accounts.authenticator import GARBAGE, PRESENT, Authenticator, add
from tests.accounts.login_page import is_logged_in
from tests.accounts.second_factors import STEP, pending_client

pytestmark = pytest.mark.django_db


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


# ---------------------------------------------------------------- adding one


def test_a_new_passkey_is_asked_to_be_discoverable_and_to_verify_its_holder(delegate_client):
    options = json.loads(delegate_client.get("/seguridad/llave/").context["options"])
    choice = options["authenticatorSelection"]
    assert (choice["residentKey"], choice["requireResidentKey"], choice["userVerification"]) == (
        "required",
        True,
        "required",
    )


def test_a_passkey_whose_device_verified_nobody_is_not_added(delegate_client):
    assert "no se pudo agregar" in add(delegate_client, Authenticator(), flags=PRESENT).text
    assert not Passkey.objects.exists()


def test_a_passkey_of_somebody_else_is_not_added_once_more(delegate_client, stranger):
    device = Authenticator()
    device.save(stranger)
    assert "no se pudo agregar" in add(delegate_client, device).text
    assert Passkey.objects.get().account == stranger


def test_the_handle_says_nothing_of_the_account_and_survives_another_secret_key(delegate, settings):
    before = user_handle(delegate)
    settings.SECRET_KEY = "otra"
    assert user_handle(delegate) == before
    settings.FACTOR_SECRETS = ["otro", *settings.FACTOR_SECRETS]
    assert before in user_handles(delegate)
    assert len(base64url_to_bytes(before)) == 32


def test_the_second_factor_needs_a_device_that_verified_its_holder(delegate):
    device = Authenticator()
    device.save(delegate)
    client = pending_client(delegate)
    client.get(STEP)
    client.post(STEP, {"answer": device.sign(client.session["passkey_challenge"]["challenge"], flags=PRESENT)})
    assert not is_logged_in(client)


def test_without_a_challenge_an_empty_one_is_no_second_factor(delegate):
    device = Authenticator()
    device.save(delegate)
    client = pending_client(delegate)
    client.post(STEP, {"answer": device.sign("")})
    assert not is_logged_in(client)


def test_without_a_challenge_an_empty_one_adds_no_passkey(delegate_client, delegate):
    answer = Authenticator().register({"user": {"id": user_handle(delegate)}, "challenge": ""})
    page = delegate_client.post("/seguridad/llave/", {"name": "Llave", "answer": answer}).text
    assert "no se pudo agregar" in page
    assert not Passkey.objects.exists()
