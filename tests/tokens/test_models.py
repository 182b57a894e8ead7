"""Does PostgreSQL refuse what can never be true of tokens and keys?"""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from tests.cells import each_cell
from tokens.actions import create_client
from tokens.models import PortalToken, ServerClient, SigningKey, TemporaryToken, TokenReminder, TokenUse
from tokens.signing.keys import rotate_keys

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


def violates(name):
    return pytest.raises(IntegrityError, match=name)


KEY_CASES = [
    ("signing_key_kid_well_formed", "current", {"kid": "short"}),
    ("signing_key_algorithm_known", "current", {"algorithm": "none"}),
    ("signing_key_dates_fit_state", "current", {"private_key": ""}),
    ("signing_key_dates_fit_state", "current", {"retired_at": NOW}),
    ("signing_key_dates_fit_state", "next", {"current_at": NOW}),
    ("signing_key_dates_fit_state", "retired", {"private_key": "x"}),
    ("signing_key_dates_fit_state", "retired", {"verifies_until": None}),
    ("signing_key_dates_fit_state", "current", {"state": "lost"}),
    ("signing_key_one_current", "next", {"state": "current", "current_at": NOW}),
]


@each_cell(("name", "state", "change"), KEY_CASES)
def test_keys(token, name, state, change):
    rotate_keys(force=True)
    with violates(name), transaction.atomic():
        SigningKey.objects.filter(state=state).update(**change)


def test_one_next_key(token):
    key = SigningKey.objects.get(state="next")
    key.pk, key.kid = None, "AAAAAAAA"
    with violates("signing_key_one_next"), transaction.atomic():
        key.save(force_insert=True)


TOKEN_CASES = [
    ("token_marks_well_formed", {"jti": "short"}),
    ("token_marks_well_formed", {"fingerprint": "0"}),
    ("token_marks_well_formed", {"last_characters": "a b"}),
    ("token_has_a_name", {"name": ""}),
    ("token_scope_known", {"scope": ""}),
    ("token_scope_known", {"scope": "todo"}),
    ("token_expires_within_366_days", {"expires_at": F("issued_at")}),
    ("token_expires_within_366_days", {"expires_at": F("issued_at") + timedelta(days=366, seconds=1)}),
    ("token_superseded_and_ends", {"superseded_at": F("issued_at")}),
    ("token_superseded_and_ends", {"ends_at": F("expires_at")}),
    ("token_superseded_and_ends", {"superseded_at": F("expires_at"), "ends_at": F("expires_at") + DAY}),
    ("token_superseded_and_ends", {"superseded_at": F("issued_at") - DAY, "ends_at": F("issued_at")}),
    ("token_superseded_and_ends", {"superseded_at": F("issued_at"), "ends_at": F("issued_at") - DAY}),
    ("token_overlaps_a_week_at_most", {"superseded_at": F("issued_at"), "ends_at": F("issued_at") + 8 * DAY}),
    ("token_revoked_with_a_reason", {"revoked_at": F("issued_at")}),
    ("token_revoked_with_a_reason", {"reason": "x"}),
    ("token_revoked_with_a_reason", {"revoked_by": F("issued_by")}),
    ("token_revoked_with_a_reason", {"revoked_at": F("issued_at") - DAY, "reason": "x"}),
]


@each_cell(("name", "change"), TOKEN_CASES)
def test_tokens(token, name, change):
    with violates(name), transaction.atomic():
        PortalToken.objects.update(**change)


def copy_of(row, **fields):
    row = PortalToken.objects.get(pk=row.pk)
    row.pk, row.public_id, row.request_key = None, uuid.uuid4(), uuid.uuid4()
    row.jti, row.fingerprint = "B" * 16, "b" * 64
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def test_an_entity_has_one_token_that_nothing_has_replaced(token):
    with violates("token_one_newest_per_entity"), transaction.atomic():
        copy_of(token.row).save(force_insert=True)


@pytest.mark.parametrize("mark", ["jti", "fingerprint", "request_key", "public_id"])
def test_every_mark_of_a_token_is_its_own(token, mark):
    row = copy_of(token.row, revoked_at=NOW + DAY, reason="x")
    setattr(row, mark, getattr(token.row, mark))
    with violates(mark), transaction.atomic():
        row.save(force_insert=True)


def test_the_last_use_names_a_service(token):
    with violates("token_use_service_known"), transaction.atomic():
        TokenUse.objects.create(token=token.row, at=NOW, service="OTRO")


def test_a_reminder_is_one_of_four(token):
    with violates("token_reminder_days_known"), transaction.atomic():
        TokenReminder.objects.create(token=token.row, days=3)


def test_a_reminder_is_sent_once(token):
    TokenReminder.objects.create(token=token.row, days=7)
    with violates("token_reminder_once"), transaction.atomic():
        TokenReminder.objects.create(token=token.row, days=7)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("temporary_token_digest_well_formed", {"digest": "A" * 64}),
        ("temporary_token_service_known", {"service": "WSMIPRESNOPBS"}),
        ("temporary_token_lives_a_day", {"expires_at": NOW + 2 * DAY}),
    ],
)
def test_temporary_tokens(token, name, change):
    good = {"digest": "0" * 64, "service": "WSSUMMIPRESNOPBS", "issued_at": NOW, "expires_at": NOW + DAY}
    with violates(name), transaction.atomic():
        TemporaryToken.objects.create(token=token.row, **(good | change))


CLIENT_CASES = [
    ("server_client_marks_well_formed", {"client_id": "otro"}),
    ("server_client_marks_well_formed", {"digest": "secreto"}),
    ("server_client_has_a_name", {"name": ""}),
    ("server_client_scope_known", {"scope": "todo"}),
    ("server_client_ended_with_a_reason", {"ended_at": NOW + timedelta(days=1)}),
    ("server_client_ended_with_a_reason", {"reason": "x"}),
]


@each_cell(("name", "change"), CLIENT_CASES)
def test_client_servers(ministry, name, change):
    create_client(by=ministry, name="x", scope=["suministros"], request_key=uuid.uuid4(), reason="x")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ServerClient.objects.update(**change)
