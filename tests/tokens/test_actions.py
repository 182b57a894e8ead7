"""Are tokens generated, replaced and revoked once, whole, and written down?"""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from entities.models import EntityKind
from mipres_admin.history.models import HistoryEntry
from mipres_admin.jobs import scheduling
from mipres_admin.refusals import Refused
from tests import factories
from tests.tokens.helpers import backdate, generate, make_token, validate
from tokens import actions
from tokens.models import PortalToken, ServerClient, TokenReminder
from tokens.services import token_authorization

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def reread(issued):
    return PortalToken.objects.get(pk=issued.row.pk)


# ---------------------------------------------------------------- generate and replace


def test_a_token_lasts_as_many_days_as_asked(eps):
    row = make_token(eps, days=366).row
    assert row.expires_at - row.issued_at == timedelta(days=366)


def test_without_overlap_the_old_token_ends_at_once(eps, token):
    make_token(eps)
    assert not reread(token).is_current(timezone.now())


@pytest.mark.parametrize("overlap", [24 * HOUR, 7 * DAY])
def test_with_overlap_both_tokens_work(eps, token, overlap):
    new = make_token(eps, overlap=overlap)
    assert [validate(eps.entity.nit, each.token).status_code for each in (token, new)] == [200, 200]
    assert abs(reread(token).ends_at - timezone.now() - overlap) < timedelta(minutes=1)


def test_the_overlap_never_outlives_the_old_token(eps):
    old = make_token(eps, days=1)
    make_token(eps, overlap=7 * DAY)
    assert reread(old).ends_at == old.row.expires_at


def test_an_end_without_overlap_also_ends_what_still_overlapped(eps, token):
    make_token(eps, overlap=7 * DAY)
    make_token(eps)
    assert PortalToken.objects.current().count() == 1


def test_a_second_overlap_does_not_prolong_the_first(eps, token):
    make_token(eps, overlap=24 * HOUR)
    ends = reread(token).ends_at
    make_token(eps, overlap=7 * DAY)
    assert reread(token).ends_at == ends


def test_an_expired_token_is_replaced_as_it_is(eps, token):
    ended = timezone.now() - 3 * DAY
    backdate(token.row, issued_at=ended - 90 * DAY, expires_at=ended)
    make_token(eps, overlap=7 * DAY)
    assert reread(token).ends_at == ended


def test_a_repeated_request_makes_nothing_and_says_nothing(eps):
    key = uuid.uuid4()
    values = {"by": eps, "name": "x", "days": 9, "overlap": timedelta(0), "expected_token": "", "request_key": key}
    first, second = actions.issue_token(**values), actions.issue_token(**values)
    assert second.token is None
    assert second.row == first.row
    assert PortalToken.objects.count() == 1


def test_a_page_that_showed_another_token_replaces_nothing(eps, token):
    with pytest.raises(Refused):
        actions.issue_token(by=eps, name="x", days=9, overlap=timedelta(0), expected_token="", request_key=uuid.uuid4())
    assert reread(token).is_current(timezone.now())


def test_staff_has_no_token(ministry):
    with pytest.raises(Refused):
        actions.issue_token(
            by=ministry, name="x", days=9, overlap=timedelta(0), expected_token="", request_key=uuid.uuid4()
        )


def test_a_professional_has_no_token():
    entity = factories.make_entity(EntityKind.PROFESIONAL_INDEPENDIENTE, identification_type="CC")
    fields = {"entity": entity, "person": factories.make_person(), "email": "pi@correo.example"}
    delegate = Account.objects.create_user("ADMPI1", **fields)
    with pytest.raises(Refused):
        make_token(delegate)


def test_the_history_says_which_tokens_and_until_when_but_no_token(eps, token):
    new = make_token(eps, overlap=24 * HOUR)
    entry = HistoryEntry.objects.filter(event="token.issued").latest("id")
    assert [entry.after["token"], *(old["token"] for old in entry.after["replaced"])] == [
        str(new.row.public_id),
        str(token.row.public_id),
    ]
    assert new.token not in str(entry.after)


@pytest.mark.django_db(transaction=True)
def test_two_delegates_at_once_leave_one_newest_token():
    entity = factories.make_entity(EntityKind.EPS_C)
    accounts = [factories.make_delegate(entity, login=f"ADMEPS{entity.nit}-{n}") for n in (1, 2)]

    def make(account):
        try:
            values = {
                "name": "x",
                "days": 9,
                "overlap": timedelta(0),
                "expected_token": "",
                "request_key": uuid.uuid4(),
            }
            return actions.issue_token(by=account, **values)
        except Refused:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(make, accounts * 3))
    assert sum(issued is not None for issued in made) == 1


# ---------------------------------------------------------------- revoke


def test_the_next_call_after_a_revocation_fails(eps, token):
    actions.revoke_token(by=eps, token=token.row, reason="Ya no se usa")
    assert generate(eps.entity.nit, token.token).status_code == 401


def test_a_revocation_says_who_when_and_why(eps, token):
    actions.revoke_token(by=eps, token=token.row, reason="Ya no se usa")
    row = reread(token)
    assert (row.revoked_by, row.reason) == (eps, "Ya no se usa")
    assert HistoryEntry.objects.filter(event="token.revoked", actor=eps, entity=eps.entity).count() == 1


def test_a_second_revocation_changes_nothing(eps, token):
    actions.revoke_token(by=eps, token=token.row, reason="Ya no se usa")
    before = reread(token).revoked_at
    assert actions.revoke_token(by=eps, token=token.row, reason="Otro motivo") is False
    assert reread(token).revoked_at == before


def test_revoking_the_new_one_leaves_the_one_that_overlaps(eps, token):
    new = make_token(eps, overlap=24 * HOUR)
    actions.revoke_token(by=eps, token=new.row, reason="Otro motivo")
    assert validate(eps.entity.nit, token.token).status_code == 200


def test_after_a_revocation_a_new_token_can_be_made(eps, token):
    actions.revoke_token(by=eps, token=token.row, reason="Otro motivo")
    assert validate(eps.entity.nit, make_token(eps).token).status_code == 200


def test_nobody_revokes_the_token_of_another_entity(token, stranger):
    with pytest.raises(Refused):
        actions.revoke_token(by=stranger, token=token.row, reason="x")


def test_a_natural_person_revokes_no_token(token):
    with pytest.raises(Refused):
        actions.revoke_token(by=factories.make_natural(), token=token.row, reason="Mía")


def test_the_tokens_that_an_account_made_end_with_it(eps, ministry, token):
    new = make_token(eps, overlap=24 * HOUR)
    assert actions.revoke_tokens_issued_by(account=eps, by=ministry, reason="Delegado inactivado") == 2
    assert not PortalToken.objects.current().exists()
    assert reread(new).revoked_by == ministry


def test_those_that_a_colleague_made_stay(eps, token):
    colleague = factories.make_delegate(eps.entity, login=f"ADMEPS{eps.entity.nit}-2")
    assert actions.revoke_tokens_issued_by(account=colleague, by=None, reason="x") == 0


@pytest.mark.django_db(transaction=True)
def test_no_call_that_starts_after_the_answer_of_a_revocation_succeeds(monkeypatch):
    delegate = factories.make_delegate(factories.make_entity(EntityKind.EPS_C))
    issued, nit = make_token(delegate), delegate.entity.nit
    monkeypatch.setattr(token_authorization.address_limit, "allowed", 1_000)
    revoked, late, early = threading.Event(), [], []

    def call(_):
        try:
            started_after = revoked.is_set()
            status = generate(nit, issued.token).status_code
            (late if started_after else early).append(status)
        finally:
            connection.close()

    def revoke():
        try:
            assert actions.revoke_token(by=delegate, token=issued.row, reason="Otro motivo")
            revoked.set()
        finally:
            connection.close()

    with ThreadPoolExecutor(9) as pool:
        waiting = [pool.submit(call, n) for n in range(100)]
        waiting.append(pool.submit(revoke))
        waiting += [pool.submit(call, n) for n in range(100)]
        for future in waiting:
            future.result()
    assert len(early) + len(late) == 200
    assert set(early) <= {200, 401}
    assert set(late) == {401}


# ---------------------------------------------------------------- warn


def at(token, left):
    """The moment at which so much of the token is left."""
    return token.row.expires_at - left


def test_each_reminder_is_sent_once(token, delivered):
    sent = [actions.send_expiry_reminders(at(token, DAY * left)) for left in (31, 30, 29, 14, 13, 7, 6, 1, 0.5)]
    assert sent == [0, 1, 0, 1, 0, 1, 0, 1, 0]
    assert len(delivered()) == 4


def test_a_reminder_says_which_token_and_what_to_do(eps, token, delivered):
    actions.send_expiry_reminders(at(token, 7 * DAY))
    (message,) = delivered()
    assert message.to == [eps.email]
    assert eps.entity.name in message.subject
    assert "quedan 7 días" in message.body
    assert token.row.last_characters in message.body
    assert token.token not in message.body


def test_who_was_asleep_for_weeks_sends_only_the_last_one(token):
    actions.send_expiry_reminders(at(token, 5 * DAY))
    assert list(TokenReminder.objects.values_list("days", flat=True)) == [7]


def test_a_short_token_skips_what_lies_before_it(eps):
    short = make_token(eps, days=7)
    assert actions.send_expiry_reminders(short.row.issued_at) == 0
    assert actions.send_expiry_reminders(at(short, DAY)) == 1


def test_every_delegate_of_the_entity_is_told(eps, token, delivered):
    factories.make_delegate(eps.entity, login=f"ADMEPS{eps.entity.nit}-2")
    factories.make_delegate(eps.entity, login=f"ADMEPS{eps.entity.nit}-3", is_active=False)
    actions.send_expiry_reminders(at(token, DAY))
    assert len(delivered()) == 2


def test_a_replaced_or_revoked_token_needs_no_reminder(eps, token, stranger):
    make_token(eps, overlap=7 * DAY)
    other = make_token(stranger)
    actions.revoke_token(by=stranger, token=other.row, reason="x")
    PortalToken.objects.filter(superseded_at__isnull=True, revoked_at__isnull=True).delete()
    assert actions.send_expiry_reminders(at(token, DAY)) == 0


def test_the_worker_reminds_every_hour():
    job = scheduling._jobs["Avisar de tokens que vencen"]
    assert (job.every, job.function) == (HOUR, actions.send_expiry_reminders)


# ---------------------------------------------------------------- client servers


def client_options(by):
    return {"by": by, "name": "x", "scope": ["suministros"], "request_key": uuid.uuid4(), "reason": "x"}


def test_of_the_secret_only_a_digest_is_kept(ministry):
    _, secret = actions.create_client(**client_options(ministry))
    row = str(ServerClient.objects.values().get())
    assert secret not in row + str(list(HistoryEntry.objects.values_list("after", flat=True)))


def test_a_repeated_click_makes_one_server_and_shows_no_other_secret(ministry):
    options = client_options(ministry)
    (first, _), (second, secret) = actions.create_client(**options), actions.create_client(**options)
    assert (first, secret) == (second, None)
    assert HistoryEntry.objects.filter(event="client.created").count() == 1


def test_a_second_ending_changes_nothing(ministry):
    client, _ = actions.create_client(**client_options(ministry))
    assert [actions.end_client(by=ministry, client=client, reason=reason) for reason in ("a", "b")] == [True, False]
    assert ServerClient.objects.get().reason == "a"
    assert HistoryEntry.objects.filter(event="client.ended").count() == 1
