"""How is the mail of the outbox sent? Each mail once, by the worker that locks its row, and again after a failure.

A worker locks the row, writes "sent", hands the mail to the server and commits: between the server's answer and the
commit nothing else can fail. If the worker is killed, or the connection lost, in exactly that moment, the mail is sent
again with the same Message-ID, by which servers and readers recognise the copy. SMTP has no other way (RFC 1047):
committing first would lose mail instead.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime, parseaddr
from functools import partial
from smtplib import (
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.db import transaction
from django.db.models.functions import Now

from mipres_admin.database import clock
from mipres_admin.history.recording import record
from mipres_admin.jobs.queue import run_next
from mipres_admin.outbox.events import Event
from mipres_admin.outbox.mail import notify
from mipres_admin.outbox.models import OutgoingMail

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)
PERMANENT_FAILURE = 500  # SMTP replies from here on are permanent (RFC 5321 §4.2.1)
SERVER_UNAVAILABLE = (SMTPConnectError, SMTPHeloError, SMTPNotSupportedError, SMTPSenderRefused, SMTPServerDisconnected)
SERVICE_NOT_AVAILABLE, LOGIN_REFUSED = 421, 535


class DeliveryResult(NamedTuple):
    """How many mails `deliver_due` sent, and whether the server could not be reached."""

    sent: int
    server_unavailable: bool


class NotAccepted(Exception):
    """The mail server did not accept the message and gave no reason."""


class Expired(Exception):
    """The mail is of no use any more; the row stores this name."""


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The message; its Message-ID and date are the same at each attempt."""
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {
        "Message-ID": f"<{mail.message_id}@{sender.rpartition('@')[2] or 'localhost'}>",
        "Date": format_datetime(mail.created_at),
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.recipient], headers=headers)
    message.attach_alternative(mail.html, "text/html")
    return message


def _is_unavailable(error: Exception) -> bool:
    """Whether the server could not be reached at all, so that the next mail would fail too."""
    if isinstance(error, SMTPException):
        code = error.smtp_code if isinstance(error, SMTPResponseException) else None
        return isinstance(error, SERVER_UNAVAILABLE) or code in (SERVICE_NOT_AVAILABLE, LOGIN_REFUSED)
    return isinstance(error, OSError)


def _is_final(error: Exception) -> bool:
    """Whether this mail can never be sent: expired, permanently refused, or invalid (a header with a line break)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= PERMANENT_FAILURE for code, _ in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= PERMANENT_FAILURE
    return isinstance(error, (ValueError, Expired))


def wait_after(attempts: int) -> timedelta:
    """How long a mail waits after so many attempts: 15 s, 30 s, 1 min, … and never more than an hour."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 20)), LONGEST_WAIT)


def _give_up(mail: OutgoingMail, reason: str) -> None:
    mail.state, mail.given_up_at, mail.last_error = OutgoingMail.State.FAILED, clock.now(), reason
    if mail.useful_until is not None:
        mail.text = mail.html = ""
    mail.save()
    if reason != Expired.__name__ and mail.caused_by.lower() not in ("", mail.recipient.lower()):
        notify(mail.caused_by, "mail_undelivered", address=mail.recipient, about=mail.subject)
    logger.error("The mail %s %s was given up: %s.", mail.template, mail.message_id, reason)


def _postpone(mail: OutgoingMail, error: Exception) -> None:
    """Try again later, or give up. Only the kind of the error is recorded: SMTP errors quote the recipient."""
    reason, now = type(error).__name__, clock.now()
    if _is_final(error) or now - mail.created_at > timedelta(days=settings.MAIL_TRIED_DAYS):
        _give_up(mail, reason)
        return
    mail.not_before, mail.last_error = now + wait_after(mail.attempts), reason
    mail.save(update_fields=["attempts", "not_before", "last_error"])
    logger.warning("The mail %s %s was not sent: %s.", mail.template, mail.message_id, reason)


def _send(mailer: Any, mail: OutgoingMail) -> None:
    """Record the mail as sent, and then send it; only the commit comes after.

    The connection is opened here and closed by `deliver_due`: a backend that opens its own also closes it, and an error
    while closing would look like a mail that was not accepted.
    """
    if mail.useful_until is not None and mail.useful_until <= clock.now():
        raise Expired
    mail.attempts += 1
    message = _message(mail)
    mailer.open()
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=OutgoingMail.State.SENT, sent_at=Now(), attempts=mail.attempts, last_error="", text="", html=""
    )
    if mailer.send_messages([message]) != 1:
        raise NotAccepted


def deliver_due(*, stop: Callable[[], bool] = lambda: False) -> DeliveryResult:
    """Send every mail that is due, over one connection, each in a transaction of its own.

    Any number of workers may do this at once. It ends early when `stop()` is true, and when the server cannot be
    reached: then only the current mail has to wait.
    """
    mailer, sent = mailers.default, 0
    try:
        while not stop():
            result = run_next(OutgoingMail.objects.due(), partial(_send, mailer), _postpone)
            if result is None:
                break
            sent += result.is_done
            if result.error and _is_unavailable(result.error):
                return DeliveryResult(sent, server_unavailable=True)
    finally:
        with suppress(OSError):
            mailer.close()
    return DeliveryResult(sent, server_unavailable=False)


def delete_settled() -> None:
    """Delete mail that was sent or given up `MAIL_KEPT_DAYS` ago (Ley 1581 de 2012)."""
    OutgoingMail.objects.settled_before(Now() - timedelta(days=settings.MAIL_KEPT_DAYS)).delete()


@transaction.atomic
def retry(*, by: Any, mail: OutgoingMail, reason: str) -> bool:
    """Put a mail that was given up back into the queue; False, without an event, when there is nothing to send."""
    failed = OutgoingMail.objects.select_for_update().filter(pk=mail.pk, state=OutgoingMail.State.FAILED).first()
    if failed is None or not failed.text:
        return False
    failed.state, failed.given_up_at, failed.not_before = OutgoingMail.State.PENDING, None, clock.now()
    failed.save(update_fields=["state", "given_up_at", "not_before"])
    before, after = {"state": OutgoingMail.State.FAILED}, {"state": OutgoingMail.State.PENDING}
    record(by=by, event=Event.MAIL_RETRIED, obj=failed, before=before, after=after, reason=reason)
    return True
