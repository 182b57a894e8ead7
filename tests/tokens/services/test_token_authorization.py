"""Is every token that does not count refused, with the right status and its real cause?"""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from entities.models import EntityKind
from tests import factories
from tests.cells import each_cell
from tests.tokens.helpers import backdate, generate, make_token, validate
from tokens.models import SigningKey, TemporaryToken
from tokens.services import token_authorization
from tokens.signing import jwts
from tokens.signing.keys import private_key_of

pytestmark = pytest.mark.django_db


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64_json(value):
    return b64(json.dumps(value, separators=(",", ":")).encode())


def parts(token):
    header, payload, signature = token.split(".")
    read = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload)]
    return read[0], read[1], signature


def signed(token, *, header=None, claims=None, key=None):
    """The token with another header or other claims, signed by our own current key unless another is given."""
    old_header, old_claims, _ = parts(token)
    key = key or private_key_of(SigningKey.objects.get(state="current"))
    body = f"{b64_json(old_header | (header or {}))}.{b64_json(old_claims | (claims or {}))}"
    return f"{body}.{b64(jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(body.encode(), key))}"


def assert_refused(response, status, message):
    assert (response.status_code, response.json()) == (status, {"Message": message})
    assert not TemporaryToken.objects.exists()


@pytest.fixture
def nit(eps):
    return eps.entity.nit


@pytest.fixture(params=[generate, validate], ids=["GenerarToken", "ValidarToken"])
def call(request):
    return request.param


def test_a_token_that_we_signed_and_never_made(call, nit, token):
    assert_refused(call(nit, signed(token.token, claims={"jti": "A" * 16})), 401, token_authorization.UNKNOWN)


# never down to the length of a temporary token, which is told as one
@each_cell("cut", [1, 5, 40, 90, 200, 300])
def test_a_truncated_token(call, nit, token, cut):
    assert_refused(call(nit, token.token[:-cut]), 401, jwts.MALFORMED)


def test_a_token_without_its_first_letter(call, nit, token):
    assert_refused(call(nit, token.token[1:]), 401, jwts.MALFORMED)


@each_cell("junk", ["x", "a.b.c", "...", "null", "eyJ", "ñ", "a" * 500, "{}.{}.{}"])
def test_junk(call, nit, token, junk):
    assert_refused(call(nit, junk), 401, jwts.MALFORMED)


def test_a_header_nested_without_end(call, nit, token):
    assert_refused(call(nit, b64(b"[" * 100_000)), 401, jwts.MALFORMED)


def test_a_temporary_token_where_the_portals_belongs(call, nit, token):
    assert_refused(call(nit, "A" * 43 + "="), 401, jwts.TEMPORARY)


def test_an_expired_token(call, nit, token):
    now = int(time.time())
    old = signed(token.token, claims={"iat": now - 9_000, "exp": now - 3_600})
    day = timezone.localdate(timezone.now() - timedelta(hours=1)).isoformat()
    assert_refused(call(nit, old), 401, jwts.EXPIRED.format(day))


def test_a_token_that_the_database_knows_as_expired(call, nit, token):
    ended = timezone.now() - timedelta(days=3)
    backdate(token.row, issued_at=ended - timedelta(days=90), expires_at=ended)
    assert_refused(call(nit, token.token), 401, jwts.EXPIRED.format(timezone.localdate(ended).isoformat()))


def test_a_revoked_token(call, nit, token):
    backdate(token.row, revoked_at=timezone.now(), reason="Ya no se usa")
    assert_refused(call(nit, token.token), 401, token_authorization.REVOKED.format(timezone.localdate().isoformat()))


def test_a_replaced_token(call, eps, nit, token):
    make_token(eps)
    assert_refused(call(nit, token.token), 401, token_authorization.REPLACED.format(timezone.localdate().isoformat()))


def test_a_token_with_the_nit_of_another(call, nit, token, stranger):
    assert_refused(call(stranger.entity.nit, token.token), 401, token_authorization.FOREIGN_NIT)


def test_a_token_with_its_nit_and_check_digit(call, nit, token):
    assert_refused(call(f"{nit}5", token.token), 401, token_authorization.FOREIGN_NIT)


def test_a_token_of_an_inactive_entity(call, eps, nit, token):
    eps.entity.is_active = False
    eps.entity.save()
    assert_refused(call(nit, token.token), 403, token_authorization.INACTIVE)


def test_a_token_of_a_deceased_ppn(call):
    provider = factories.make_delegate(factories.make_entity(EntityKind.PPN))
    made, nit = make_token(provider), provider.entity.nit
    factories.make_civil_entry(document_number=nit, state="cancelada", deceased_on=timezone.localdate())
    assert_refused(call(nit, made.token), 403, token_authorization.INACTIVE)


def test_a_token_out_of_scope():
    delegate = factories.make_delegate(factories.make_entity(EntityKind.IPS))
    response = generate(delegate.entity.nit, make_token(delegate).token)
    assert_refused(response, 403, "El token no da acceso a Suministros; su alcance es Prescripción.")


def test_a_scope_that_somebody_wrote_into_the_claims_changes_nothing():
    delegate = factories.make_delegate(factories.make_entity(EntityKind.IPS))
    forged = signed(make_token(delegate).token, claims={"scope": "prescripcion suministros facturacion"})
    assert generate(delegate.entity.nit, forged).status_code == 403


# ---------------------------------------------------------------- attacks on the format


def test_alg_none(call, nit, token):
    header, claims, _ = parts(token.token)
    unsigned = f"{b64_json(header | {'alg': 'none'})}.{b64_json(claims)}."
    assert_refused(call(nit, unsigned), 401, jwts.NOT_OURS)


def test_hs256_with_the_public_key_as_its_secret(call, nit, token):
    public = json.dumps(SigningKey.objects.get(state="current").public_jwk).encode()
    header, claims, _ = parts(token.token)
    body = f"{b64_json(header | {'alg': 'HS256'})}.{b64_json(claims)}"
    forged = f"{body}.{b64(hmac.new(public, body.encode(), hashlib.sha256).digest())}"
    assert_refused(call(nit, forged), 401, jwts.NOT_OURS)


def test_a_kid_swapped_for_another_key_of_ours(call, nit, token):
    swapped = signed(token.token, header={"kid": SigningKey.objects.get(state="next").kid})
    assert_refused(call(nit, swapped), 401, jwts.NOT_OURS)


@each_cell("kid", ["AAAAAAAA", "", "../../etc", "' OR 1=1 --", 7, None, ["a"], "x" * 40])
def test_a_kid_that_is_not_ours(call, nit, token, kid):
    assert_refused(call(nit, signed(token.token, header={"kid": kid})), 401, jwts.NOT_OURS)


def test_a_signature_by_a_key_that_is_not_ours(call, nit, token):
    forged = signed(token.token, key=ec.generate_private_key(ec.SECP256R1()))
    assert_refused(call(nit, forged), 401, jwts.NOT_OURS)


@each_cell(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"jwk": {}},
        {"jku": "https://x.example"},
        {"typ": "JWT"},
        {"x": 1},
    ],
)
def test_a_header_that_we_do_not_write(call, nit, token, header):
    assert_refused(call(nit, signed(token.token, header=header)), 401, jwts.NOT_OURS)


@each_cell(
    "claims",
    [
        {"iss": "otro"},
        {"iss": None},
        {"aud": "otro"},
        {"aud": None},
        {"aud": ["ws2"]},
        {"exp": "mañana"},
        {"iat": 99_999_999_999},
    ],
)
def test_claims_that_we_do_not_write(call, nit, token, claims):
    assert_refused(call(nit, signed(token.token, claims=claims)), 401, jwts.NOT_OURS)


def test_another_payload_under_the_same_signature(call, nit, token, stranger):
    header, claims, signature = parts(token.token)
    other = f"{b64_json(header)}.{b64_json(claims | {'nit': stranger.entity.nit})}"
    assert_refused(call(stranger.entity.nit, f"{other}.{signature}"), 401, jwts.NOT_OURS)
