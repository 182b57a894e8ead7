"""What does a portal token say, and how long is it?"""

import base64
import hashlib
import json

import pytest

from entities.models import EntityKind
from tests import factories
from tests.tokens.helpers import make_token
from tokens.models import PortalToken
from tokens.scopes import TOKEN_KINDS

pytestmark = pytest.mark.django_db


def test_the_claims_are_these_and_no_others(eps, token):
    claims = json.loads(base64.urlsafe_b64decode(token.token.split(".")[1] + "=="))
    row = PortalToken.objects.get(pk=token.row.pk)
    assert claims == {
        "iss": "mipres",
        "aud": "ws",
        "sub": str(eps.entity.pk),
        "nit": eps.entity.nit,
        "regimen": "C",
        "scope": "prescripcion suministros facturacion",
        "iat": int(row.issued_at.timestamp()),
        "exp": int(row.expires_at.timestamp()),
        "jti": row.jti,
    }


def test_every_token_begins_alike_so_that_a_search_finds_it(eps):
    first, second = make_token(eps).token, make_token(eps).token
    assert first[:43] == second[:43] == "eyJ0eXAiOiJtaXByZXMiLCJhbGciOiJFUzI1NiIsImt"


@pytest.mark.parametrize(
    ("kind", "identification"),
    [(kind, ("PA", "A" * 20) if kind == EntityKind.PPN else ("NI", "9" * 10)) for kind in TOKEN_KINDS],
)
def test_the_longest_token_has_fewer_than_400_characters(kind, identification):
    document_type, nit = identification
    entity = factories.make_entity(kind, identification_type=document_type, nit=nit, pk=9_999_999_999)
    assert len(make_token(factories.make_delegate(entity, login="ADMEPSX"), days=366).token) < 400


def test_a_token_that_would_be_longer_is_not_made(db):
    entity = factories.make_entity(EntityKind.EPS_C, pk=9 * 10**17)
    with pytest.raises(ValueError, match="characters"):
        make_token(factories.make_delegate(entity, login="ADMEPSX"))


def test_the_database_keeps_no_token(token):
    row = PortalToken.objects.filter(pk=token.row.pk).values().get()
    kept = [str(value) for name, value in row.items() if name not in ("fingerprint", "last_characters")]
    assert not any(piece in " ".join(kept) for piece in token.token.split("."))
    assert row["fingerprint"] == hashlib.sha256(token.token.encode()).hexdigest()
