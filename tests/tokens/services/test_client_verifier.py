"""Does another Python service verify our tokens with nothing but this file and the published keys?"""

import subprocess
import sys
from datetime import timedelta

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from tests.tokens.helpers import make_token
from tokens.services.client_verifier import (
    NotValid,
    Verifier,
)
from tokens.signing.keys import rotate_keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def verifier(client, monkeypatch):
    """A verifier that reads the portal's own page."""
    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", lambda self: client.get("/.well-known/jwks.json").json())
    return Verifier("https://portal.example/.well-known/jwks.json")


def test_a_good_token_is_read(eps, token, verifier):
    claims = verifier.verify(token.token, nit=eps.entity.nit, scope="suministros")
    assert (claims["nit"], claims["regimen"]) == (eps.entity.nit, "C")


def test_a_token_of_a_retired_key_is_read(token, verifier):
    rotate_keys(force=True)
    assert verifier.verify(token.token)


@pytest.mark.parametrize("options", [{"nit": "900999999"}, {"scope": "otro"}])
def test_another_nit_or_scope_is_not_valid(token, verifier, options):
    with pytest.raises(NotValid):
        verifier.verify(token.token, **options)


@pytest.mark.parametrize("cut", [-1, -90, 3])
def test_a_truncated_token_is_not_valid(token, verifier, cut):
    with pytest.raises(NotValid):
        verifier.verify(token.token[:cut])


@pytest.mark.parametrize("change", [{"algorithm": "HS256"}, {"algorithm": "none", "key": None}])
def test_another_algorithm_is_not_valid(token, verifier, change):
    claims = verifier.verify(token.token)
    options = {"key": "k" * 40, "headers": {"typ": "mipres", "kid": "AAAAAAAA"}} | change
    with pytest.raises(NotValid):
        verifier.verify(jwt.encode(claims, **options))


def test_an_unknown_key_is_not_valid(token, verifier):
    claims = verifier.verify(token.token)
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = jwt.encode(claims, stranger, algorithm="ES256", headers={"typ": "mipres", "kid": "AAAAAAAA"})
    with pytest.raises(NotValid):
        verifier.verify(forged)


def test_an_expired_token_is_not_valid(eps, verifier):
    token = make_token(eps, days=1).token
    verifier.verify(token)
    later = timezone.now() + timedelta(days=2)
    with time_machine.travel(later), pytest.raises(NotValid, match="Expired"):
        verifier.verify(token)


def test_it_is_imported_without_django():
    code = (
        "import sys, tokens.services.client_verifier; sys.exit(any(name.startswith('django') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
