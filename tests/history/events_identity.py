"""Which row does each action on an identity that nobody has verified leave?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from django.db.models.functions import Now

from accounts.actions.identity_claims import (
    correct_claim,
    forget_old_claims,
    record_copy_download,
    reject_claim,
    take_claim,
    upload_copy,
    verify_claim,
    withdraw_claim,
)
from accounts.events import Event
from accounts.models import IdentityClaim
from accounts.rules.identity import Identity
from tests.factories import make_civil_entry, make_claim, make_session
from tests.history.scenario import Expected, Scenario, case

WHY = "La copia dice lo mismo"
JPEG = b"\xff\xd8\xff"


def taken(scenario: Scenario) -> IdentityClaim:
    claim = make_claim()
    take_claim(by=scenario.ministry, claim=claim, expected_version=1, reason=WHY)
    claim.refresh_from_db()
    return claim


@case(Event.IDENTITY_CORRECTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    claim = make_claim()
    yield None
    correct_claim(by=claim.account, claim=claim, identity=replace(Identity.of(claim), first_name="Eva"))
    yield Expected(claim.account, claim.account, None, {"state": "pendiente"}, {"state": "pendiente"})


@case(Event.IDENTITY_VERIFIED)
def by_correcting(scenario: Scenario) -> Iterator[Expected | None]:
    claim = make_claim(issued_on=date(2014, 5, 7))
    entry = make_civil_entry(document_number=claim.document_number)
    make_session(claim.account)
    yield None
    right = replace(Identity.of(claim), issued_on=entry.issued_on)
    account = correct_claim(by=claim.account, claim=claim, identity=right)
    after = {"person": account.person_id, "new_person": True, "verified": "registro_civil"}
    yield Expected(account, account, None, after=after, also=(Event.SESSIONS_ENDED,))


@case(Event.IDENTITY_COPY_UPLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    claim = make_claim()
    yield None
    upload_copy(by=claim.account, claim=claim, content=JPEG, kind="image/jpeg")
    claim.refresh_from_db()
    yield Expected(claim.account, claim.account, None, after={"sha256": claim.document_copy.sha256})


@case(Event.IDENTITY_COPY_DOWNLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    claim, by = make_claim(), scenario.ministry
    upload_copy(by=claim.account, claim=claim, content=JPEG, kind="image/jpeg")
    yield None
    record_copy_download(by=by, claim=claim)
    yield Expected(claim.account, by, None, after={"sha256": claim.document_copy.sha256})


@case(Event.IDENTITY_REVIEW_STARTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = scenario.ministry
    yield None
    account = taken(scenario).account
    yield Expected(account, by, None, {"state": "pendiente"}, {"state": "en_revision"}, reason=WHY)


@case(Event.IDENTITY_VERIFIED)
def by_a_reviewer(scenario: Scenario) -> Iterator[Expected | None]:
    claim, by = taken(scenario), scenario.ministry
    yield None
    account = verify_claim(by=by, claim=claim, expected_version=claim.version, reason=WHY)
    after = {"person": account.person_id, "new_person": True, "verified": "revisor"}
    yield Expected(account, by, None, after=after, reason=WHY)


@case(Event.IDENTITY_REJECTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    claim, by = taken(scenario), scenario.ministry
    yield None
    reject_claim(by=by, claim=claim, expected_version=claim.version, reason=WHY)
    yield Expected(claim.account, by, None, {"state": "en_revision"}, {"state": "rechazada"}, reason=WHY)


@case(Event.IDENTITY_WITHDRAWN)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    claim = make_claim()
    yield None
    withdraw_claim(by=claim.account, claim=claim)
    yield Expected(claim.account, claim.account, None)


@case(Event.IDENTITY_FORGOTTEN)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    claim = make_claim()
    IdentityClaim.objects.update(changed_at=Now() - timedelta(days=91))
    yield None
    forget_old_claims()
    yield Expected(claim.account, None, None)
