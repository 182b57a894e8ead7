"""Can a text be stored that is not clean, or an e-mail to which nobody can write?"""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models

OURS = {
    "accounts",
    "delegates",
    "entities",
    "history",
    "jobs",
    "outbox",
    "rate_limits",
    "registries",
    "roles",
    "tokens",
}
UNCLEAN = ("a\u200bb", "n\u0303a", "a\u00a0b", "a  b", " a", "a ", "a\tb", "D’Luyz", "10–2", "a\x07b", "\ufeffa")
NOT_EMAILS = ("ana", "ana@x", "aña@x.co", "ana@x.co ", "ana@x\u200b.co", "ana..paz@x.co", "ana@x.co\u202c", "a b@x.co")

CODES = "a code, a name or a number that the portal gives"
SECRETS = "a hash, an identifier or a key that a library makes"
RENDERED = "a text of the portal, around what other columns have or a file had"
COPIED = "a copy of columns that are clean"
EXCEPTIONS = {
    "accounts_account.password": SECRETS,
    "accounts_accountsession.device": CODES,
    "accounts_passkey.credential_id": SECRETS,
    "accounts_passwordrecord.encoded": SECRETS,
    "delegates_privacyacceptance.notice_version": CODES,
    "delegates_signup.notice_version": CODES,
    "history_historyentry.event": CODES,
    "history_historyentry.object_id": CODES,
    "history_historyentry.object_type": CODES,
    "history_historyentry.request_id": CODES,
    "jobs_jobrun.last_error": CODES,
    "jobs_jobrun.name": CODES,
    "outbox_outgoingmail.caused_by": COPIED,
    "outbox_outgoingmail.html": RENDERED,
    "outbox_outgoingmail.last_error": CODES,
    "outbox_outgoingmail.recipient": COPIED,
    "outbox_outgoingmail.subject": RENDERED,
    "outbox_outgoingmail.template": CODES,
    "outbox_outgoingmail.text": RENDERED,
    "rate_limits_ratecounter.key": CODES,
    "rate_limits_ratecounter.subject": CODES,
    "registries_registryaddition.table": CODES,
    "registries_registrychange.key": CODES,
    "registries_registrychange.table": CODES,
    "registries_registryload.error": RENDERED,
    "roles_roleassignment.listed_as": COPIED,
    "tokens_signingkey.private_key": SECRETS,
}
NO_EMAILS = {"entities_sede.email": "the REPS has what a provider wrote: it is shown, and no mail is sent to it"}


def text_columns() -> Iterator[tuple[str, str]]:
    """Table and column of every text that a row of ours has, but what PostgreSQL computes."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in OURS and not model._meta.proxy:
            for field in model._meta.local_fields:
                if isinstance(field, (models.CharField, models.TextField)):
                    yield model._meta.db_table, str(field.column)


def is_refused(table: str, column: str, texts: tuple[str, ...]) -> bool:
    """Whether the checks of the table refuse each of these texts, whatever the other columns have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
            [table],
        )
        checks = " AND ".join(f"({check})" for (check,) in cursor.fetchall()).replace("%", "%%") or "true"
        cursor.execute(
            "SELECT string_agg(CASE attname WHEN %s THEN 'written' ELSE format('NULL::%%s', atttypid::regtype) END"
            " || ' AS ' || quote_ident(attname), ', ')"
            " FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [column, table],
        )
        ((values,),) = cursor.fetchall()
        cursor.execute(
            f"SELECT bool_and(({checks}) IS FALSE) FROM (SELECT {values} FROM unnest(%s::text[]) AS written) AS line",
            [list(texts)],
        )
        return bool(cursor.fetchone() == (True,))


@pytest.mark.django_db
def test_no_column_that_people_or_registries_write_takes_unclean_text() -> None:
    unguarded = {f"{table}.{column}" for table, column in text_columns() if not is_refused(table, column, UNCLEAN)}
    assert unguarded == EXCEPTIONS.keys()


@pytest.mark.django_db
def test_no_column_of_emails_takes_one_that_cannot_be_written_to() -> None:
    emails = {(table, column) for table, column in text_columns() if "email" in column}
    assert len(emails) >= 5
    assert {f"{table}.{column}" for table, column in emails if not is_refused(table, column, NOT_EMAILS)} == (
        NO_EMAILS.keys()
    )
