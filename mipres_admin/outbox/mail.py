"""How is somebody notified? By a mail from one template, HTML and text, that a worker sends after the transaction."""

import html
import re
from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from mipres_admin.formatting import one_point
from mipres_admin.outbox.models import OutgoingMail

BATCH_SIZE = 1_000
# what the tags of a mail are in its text; a link that is not the whole paragraph is just its address
_AS_TEXT = (
    (re.compile(r'<p><a href="([^"]*)">([^<]*)</a></p>'), r"<p>\2:<br>\1</p>"),
    (re.compile(r'<a href="([^"]*)">[^<]*</a>'), r"\1"),
    (re.compile(r"\s*<li>"), "\n  - "),
    (re.compile(r"<br>"), "\n"),
    (re.compile(r"\s*(</ul>\s*)?<p>"), "\n\n"),
)


def inbox_is_open(request: HttpRequest) -> bool:
    """Whether the inbox of captured mail may be read: everywhere but in production."""
    return not settings.PRODUCTION


def text_of(page: str) -> str:
    """The text of a mail that is also sent as the HTML `page`."""
    body = page.partition("<body>")[2]
    for pattern, replacement in _AS_TEXT:
        body = pattern.sub(replacement, body)
    return html.unescape(strip_tags(body)).strip() + "\n"


def _rendered(name: str, context: dict[str, Any]) -> tuple[str, str]:
    """The subject of a mail, and its page."""
    subject = " ".join(html.unescape(render_to_string(f"{name}#subject", context)).split())
    return subject, one_point(render_to_string(name, context | {"subject": subject}))


def notification(
    recipient: Any,
    template: str,
    *,
    useful_until: datetime | models.expressions.Combinable | None = None,
    caused_by: Any = None,
    **context: Any,
) -> OutgoingMail | None:
    """One mail, not saved yet, from `templates/mail/<template>.html`, which has its subject too.

    `recipient` is an address, or an account or a person, which the template has as `account` or `person`. After
    `useful_until` (a moment, or an expression of PostgreSQL) the mail is not sent. `caused_by` is the account, if any,
    that is told when the address takes no mail. None without an address.
    """
    if not isinstance(recipient, str):
        context = {recipient._meta.concrete_model._meta.model_name: recipient} | context
        recipient = recipient.email
    if not recipient:
        return None
    subject, page = _rendered(f"mail/{template}.html", {"portal": settings.PORTAL} | context)
    return OutgoingMail(
        template=template,
        recipient=recipient,
        subject=subject,
        text=text_of(page),
        html=page,
        useful_until=useful_until,
        caused_by=caused_by.email if caused_by is not None else "",
    )


def notify_all(notifications: Iterable[OutgoingMail | None]) -> None:
    """Put mails into the outbox, in one statement for a thousand.

    They are written now and sent after the commit (`outbox.delivery`): an action that rolls back sends nothing, and the
    person does not wait for the mail server.
    Raises TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("notify() belongs in the transaction of the action.")
    addressed = filter(None, notifications)
    for batch in batched(addressed, BATCH_SIZE, strict=False):
        OutgoingMail.objects.bulk_create(batch)


def notify(recipient: Any, template: str, **context: Any) -> None:
    """Put one mail into the outbox; arguments as `notification`, and the rest as `notify_all`."""
    notify_all([notification(recipient, template, **context)])
