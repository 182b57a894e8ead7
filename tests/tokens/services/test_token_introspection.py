"""What do other servers learn about a token, and which do they revoke? (RFC 7662, RFC 7009)"""

from datetime import timedelta

import pytest
from django.utils import timezone

from entities.models import EntityKind
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.cells import each_cell
from tests.tokens.helpers import backdate, generate, make_token, validate
from tests.tokens.services.oauth_calls import INTROSPECT, REVOKE, post, server
from tokens.models import TemporaryToken, TokenUse

pytestmark = pytest.mark.django_db
NOT_ACTIVE = {"active": False}


# ---------------------------------------------------------------- introspection


def test_a_portal_token_in_force_is_described(eps, token, introspect):
    assert introspect(token.token) == {
        "active": True,
        "scope": "prescripcion suministros facturacion",
        "tipo": "portal",
        "iss": "mipres",
        "aud": "ws",
        "sub": str(eps.entity.pk),
        "nit": eps.entity.nit,
        "regimen": "C",
        "iat": int(token.row.issued_at.timestamp()),
        "exp": int(token.row.expires_at.timestamp()),
        "jti": token.row.jti,
    }


def test_a_temporary_token_is_described_without_prescription(eps, token, introspect):
    answer = introspect(generate(eps.entity.nit, token.token).json())
    row = TemporaryToken.objects.get()
    assert (answer["active"], answer["tipo"], answer["scope"]) == (True, "temporal", "suministros facturacion")
    assert answer["exp"] == int(row.expires_at.timestamp())


def test_a_temporary_token_ends_with_its_portal_token(introspect):
    delegate = factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR))
    made = make_token(delegate, days=1)
    temporary = generate(delegate.entity.nit, made.token).json()
    ends = timezone.now() + timedelta(hours=2)
    backdate(made.row, superseded_at=made.row.issued_at, ends_at=ends)
    assert introspect(temporary)["exp"] == int(ends.timestamp())


def test_a_replaced_token_says_when_it_ends(eps, token, introspect):
    make_token(eps, overlap=timedelta(hours=24))
    assert introspect(token.token)["exp"] < int(token.row.expires_at.timestamp())


def test_who_has_no_regimen_has_no_claim(introspect):
    delegate = factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR))
    assert "regimen" not in introspect(make_token(delegate).token)


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
def test_of_a_token_that_ended_nothing_is_said(eps, token, introspect, end):
    temporary = generate(eps.entity.nit, token.token).json()
    ENDS[end](eps, token)
    assert introspect(token.token) == introspect(temporary) == NOT_ACTIVE


def test_tokens_of_a_deceased_ppn_are_not_active(introspect):
    provider = factories.make_delegate(factories.make_entity(EntityKind.PPN))
    made = make_token(provider)
    temporary = generate(provider.entity.nit, made.token).json()
    assert introspect(made.token)["active"] is introspect(temporary)["active"] is True
    factories.make_civil_entry(document_number=provider.entity.nit, state="cancelada", deceased_on=timezone.localdate())
    assert introspect(made.token) == introspect(temporary) == NOT_ACTIVE


def test_a_temporary_token_of_yesterday_is_not_active(eps, token, introspect):
    temporary, yesterday = generate(eps.entity.nit, token.token).json(), timezone.now() - timedelta(hours=25)
    TemporaryToken.objects.update(issued_at=yesterday, expires_at=yesterday + timedelta(hours=24))
    assert introspect(temporary) == NOT_ACTIVE


@each_cell("junk", ["x", "a.b.c", "ñ", "\x00", "A" * 43 + "=", "9" * 10_000])
def test_of_junk_nothing_is_said(token, introspect, junk):
    assert introspect(junk) == NOT_ACTIVE


def test_of_a_truncated_token_nothing_is_said(token, introspect):
    assert introspect(token.token[:-1]) == NOT_ACTIVE


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


def test_asking_is_no_use_of_the_token(token, introspect):
    introspect(token.token)
    assert not TokenUse.objects.exists()


# ---------------------------------------------------------------- revocation


def test_a_revoked_portal_token_ends_at_once(eps, token, client_server):
    response = post(REVOKE, {"token": token.token, "token_type_hint": "access_token"}, credentials=client_server)
    assert (response.status_code, response.content) == (200, b"")
    assert validate(eps.entity.nit, token.token).status_code == 401


def test_the_delegates_hear_of_it(eps, token, client_server, delivered):
    post(REVOKE, {"token": token.token}, credentials=client_server)
    (message,) = delivered()
    assert message.to == [eps.email]
    assert f"Revocado por el servidor Suministros ({client_server[0]})" in message.body
    assert token.token not in message.body


def test_the_history_says_which_server(eps, token, client_server):
    post(REVOKE, {"token": token.token}, credentials=client_server)
    entry = HistoryEntry.objects.get(event="token.revoked")
    assert entry.entity == eps.entity
    assert client_server[0] in entry.reason


def test_a_revoked_temporary_token_leaves_its_portal_token(eps, token, client_server):
    temporary = generate(eps.entity.nit, token.token).json()
    assert post(REVOKE, {"token": temporary}, credentials=client_server).status_code == 200
    assert not TemporaryToken.objects.exists()
    assert validate(eps.entity.nit, token.token).status_code == 200


@pytest.mark.parametrize("junk", ["x", "a.b.c", "A" * 43 + "="])
def test_what_is_no_token_needs_no_revocation(token, client_server, junk):
    assert post(REVOKE, {"token": junk}, credentials=client_server).status_code == 200


def test_a_second_revocation_answers_alike(token, client_server):
    assert [post(REVOKE, {"token": token.token}, credentials=client_server).status_code for _ in range(2)] == [200, 200]
    assert HistoryEntry.objects.filter(event="token.revoked").count() == 1
