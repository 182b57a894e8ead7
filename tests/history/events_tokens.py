"""Which row does each action on portal tokens and their keys leave?"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from accounts.models import Account
from tests.factories import make_delegate, make_entity
from tests.history.scenario import Expected, Scenario, case
from tests.tokens.helpers import make_token
from tokens.actions import IssuedToken, create_client, end_client, issue_token, revoke_token, revoke_tokens_issued_by
from tokens.events import Event
from tokens.models import PortalToken, ServerClient, SigningKey
from tokens.signing.keys import ensure_keys, public_keys, rotate_keys


def eps() -> Account:
    """A delegate whose entity may have tokens, when there are keys already."""
    public_keys.clear()
    ensure_keys()
    return make_delegate(make_entity("EPS_C"))


def state(token: PortalToken) -> dict[str, str]:
    """How history keeps a token."""
    return {"token": str(token.public_id), "name": token.name, "until": token.end.isoformat()}


def issue(by: Account, expected_token: str = "") -> IssuedToken:
    overlap = timedelta(hours=1)
    return issue_token(
        by=by, name="Sistemas", days=90, overlap=overlap, expected_token=expected_token, request_key=uuid4()
    )


@case(Event.TOKEN_ISSUED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = eps()
    yield None
    row = issue(by).row
    yield Expected(row, by, by.entity, after=state(row))


@case(Event.TOKEN_ISSUED)
def instead_of_another(scenario: Scenario) -> Iterator[Expected | None]:
    by = eps()
    old = issue(by).row
    yield None
    row = issue(by, expected_token=str(old.public_id)).row
    old.refresh_from_db()
    yield Expected(row, by, by.entity, after=state(row) | {"replaced": [state(old)]})


def revoked(token: PortalToken) -> dict[str, str]:
    token.refresh_from_db()
    assert token.revoked_at is not None
    return {"token": str(token.public_id), "revoked_at": token.revoked_at.isoformat()}


@case(Event.TOKEN_REVOKED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = eps()
    token = make_token(by).row
    yield None
    revoke_token(by=by, token=token, reason="Filtrado")
    yield Expected(token, by, by.entity, state(token), revoked(token), reason="Filtrado")


@case(Event.TOKEN_REVOKED)
def all_that_somebody_made(scenario: Scenario) -> Iterator[Expected | None]:
    by = eps()
    tokens = [make_token(by, overlap=timedelta(hours=1)).row for _ in range(2)]
    for token in tokens:
        token.refresh_from_db()
    yield None
    revoke_tokens_issued_by(account=by, by=scenario.ministry, reason="Filtrado")
    for token in tokens:
        yield Expected(token, scenario.ministry, by.entity, state(token), revoked(token), reason="Filtrado")


def kid(state: str) -> str:
    return SigningKey.objects.get(state=state).kid


@case(Event.KEYS_CREATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    public_keys.clear()
    yield None
    ensure_keys()
    current = SigningKey.objects.get(state="current")
    yield Expected(current, None, None, after={"current": current.kid, "next": kid("next")})


@case(Event.KEYS_ROTATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    public_keys.clear()
    ensure_keys()
    before = {"current": kid("current"), "next": kid("next")}
    yield None
    rotate_keys(force=True)
    after = {"retired": before["current"], "current": before["next"], "next": kid("next")}
    yield Expected(SigningKey.objects.get(state="current"), None, None, before, after)


@case(Event.CLIENT_CREATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = eps()
    yield None
    why = "Convenio firmado"
    client, _secret = create_client(by=by, name="Suministros", scope=["suministros"], request_key=uuid4(), reason=why)
    after = {"client_id": client.client_id, "name": "Suministros", "scope": "suministros"}
    yield Expected(client, by, by.entity, {}, after, reason=why)


@case(Event.CLIENT_ENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by, client_id = eps(), "srv-0123456789abcdef"
    client = ServerClient.objects.create(
        client_id=client_id, digest="0" * 64, name="x", scope="suministros", created_by=by
    )
    yield None
    end_client(by=by, client=client, reason="Contrato terminado")
    same = {"client_id": client_id}
    yield Expected(client, by, by.entity, same, same, reason="Contrato terminado")
