"""How does mail leave the outbox? Each once, in whichever worker holds its row; what did not leave is tried again.

A worker locks the row, writes "sent", hands the mail to the server and commits: between the server's yes and the
commit there is nothing else to go wrong. A worker killed, or a connection lost, in exactly that moment leaves a mail
that the server has and the row does not know of; it is sent again, with the same Message-ID, by which servers and
readers tell the copy. SMTP has no other way (RFC 1047): marking first would lose mail instead.
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
from mipres_admin.outbox.models import OutgoingMail

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)
CLOSED_FOR_GOOD = 500  # SMTP replies from here on say: do not try this again (RFC 5321 §4.2.1)
SERVER_AWAY = (SMTPConnectError, SMTPHeloError, SMTPNotSupportedError, SMTPSenderRefused, SMTPServerDisconnected)
SERVICE_NOT_AVAILABLE, LOG_IN_REFUSED = 421, 535


class Round(NamedTuple):
    """What `deliver_due` did: how many mails left, and whether the server could not be spoken to."""

    sent: int
    server_away: bool


class NotTaken(Exception):
    """The transport took no message and gave no reason."""


class Expired(Exception):
    """The mail is of no use any more; its name is what the row keeps of it."""


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The mail as it travels; the same Message-ID and date however often it is tried."""
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {
        "Message-ID": f"<{mail.message_id}@{sender.rpartition('@')[2] or 'localhost'}>",
        "Date": format_datetime(mail.created_at),
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.recipient], headers=headers)
    message.attach_alternative(mail.html, "text/html")
    return message


def _is_away(error: Exception) -> bool:
    """Whether the server could not be spoken to at all, so that the next mail would fare no better."""
    if isinstance(error, SMTPException):
        code = error.smtp_code if isinstance(error, SMTPResponseException) else None
        return isinstance(error, SERVER_AWAY) or code in (SERVICE_NOT_AVAILABLE, LOG_IN_REFUSED)
    return isinstance(error, OSError)


def _is_final(error: Exception) -> bool:
    """Whether this mail will never leave: expired, refused for good, or impossible to write (a header with a break)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= CLOSED_FOR_GOOD for code, _ in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= CLOSED_FOR_GOOD
    return isinstance(error, (ValueError, Expired))


def wait_after(attempts: int) -> timedelta:
    """How long a mail rests after so many attempts: 15 s, 30 s, 1 min, … and never more than an hour."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 20)), LONGEST_WAIT)


def _give_up(mail: OutgoingMail, reason: str) -> None:
    mail.state, mail.given_up_at, mail.last_error = OutgoingMail.State.FAILED, clock.now(), reason
    if mail.useful_until is not None:
        mail.text = mail.html = ""
    mail.save()
    logger.error("The mail %s %s was given up: %s.", mail.template, mail.message_id, reason)


def _postpone(mail: OutgoingMail, error: Exception) -> None:
    """Neither the text of the error nor its trace is written anywhere: SMTP errors quote the recipient."""
    reason, now = type(error).__name__, clock.now()
    if _is_final(error) or now - mail.created_at > timedelta(days=settings.MAIL_TRIED_DAYS):
        return _give_up(mail, reason)
    mail.not_before, mail.last_error = now + wait_after(mail.attempts), reason
    mail.save(update_fields=["attempts", "not_before", "last_error"])
    logger.warning("The mail %s %s was not sent: %s.", mail.template, mail.message_id, reason)
    return None


def _send(mailer: Any, mail: OutgoingMail) -> None:
    """Write down that the mail left, and then let it leave; only the commit comes after.

    The connection is opened first and closed by the round: a backend that opens its own also closes it, and a failing
    goodbye would look like a mail that was not taken.
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
        raise NotTaken


def deliver_due(*, stop: Callable[[], bool] = lambda: False) -> Round:
    """Send every mail that is due, over one connection, each in a transaction of its own.

    Any number of workers may do this at once. It ends early when `stop()` says so, and when the server can not be
    spoken to: then only the mail at hand has to wait, and the others keep their turn.
    """
    mailer, sent = mailers.default, 0
    try:
        while not stop():
            result = run_next(OutgoingMail.objects.due(), partial(_send, mailer), _postpone)
            if result is None:
                break
            sent += result.is_done
            if result.error and _is_away(result.error):
                return Round(sent, server_away=True)
    finally:
        with suppress(OSError):
            mailer.close()
    return Round(sent, server_away=False)


# ---------------------------------------------------------------- what is kept, and the Ministry's second try


def forget_settled() -> None:
    """Delete what is left of mail that was sent or given up `MAIL_KEPT_DAYS` ago (Ley 1581 de 2012)."""
    OutgoingMail.objects.settled_before(Now() - timedelta(days=settings.MAIL_KEPT_DAYS)).delete()


@transaction.atomic
def try_again(*, by: Any, mail: OutgoingMail, reason: str) -> bool:
    """Put a mail that was given up back into the queue; False, and nothing written, when nothing is to be sent."""
    held = OutgoingMail.objects.select_for_update().filter(pk=mail.pk, state=OutgoingMail.State.FAILED).first()
    if held is None or not held.text:
        return False
    held.state, held.given_up_at, held.not_before = OutgoingMail.State.PENDING, None, clock.now()
    held.save(update_fields=["state", "given_up_at", "not_before"])
    before, after = {"state": OutgoingMail.State.FAILED}, {"state": OutgoingMail.State.PENDING}
    record(by=by, event=Event.MAIL_RETRIED, obj=held, before=before, after=after, reason=reason)
    return True
