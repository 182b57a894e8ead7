"""How is mail written? In the transaction of its action, from one template, as HTML and text; a worker sends it."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from mipres_admin.models import OutgoingMail

ROWS_A_STATEMENT = 1_000
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


@dataclass(frozen=True)
class Mail:
    """A mail to be written from `templates/mail/<template>.html`, which has its subject too."""

    to: str
    template: str
    context: dict[str, Any]
    useful_until: datetime | models.expressions.Combinable | None = None

    def written(self) -> OutgoingMail:
        """The row of the outbox, not saved yet."""
        name, context = f"mail/{self.template}.html", {"portal": settings.PORTAL} | self.context
        subject = " ".join(html.unescape(render_to_string(f"{name}#subject", context)).split())
        page = render_to_string(name, context | {"subject": subject})
        return OutgoingMail(
            template=self.template,
            recipient=self.to,
            subject=subject,
            text=text_of(page),
            html=page,
            useful_until=self.useful_until,
        )


def send_all_on_commit(mails: Iterable[Mail]) -> None:
    """Put mails into the outbox, in one statement for a thousand.

    They are written now, with what is true now, and leave when the transaction has committed (`mipres_admin.delivery`):
    an act that rolls back sends nothing, and a mail server that does not answer changes nothing for the person. Whoever
    has no address gets no mail. Raises TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("send_on_commit() belongs in the transaction of the act.")
    rows = (mail.written() for mail in mails if mail.to)
    for batch in batched(rows, ROWS_A_STATEMENT, strict=False):
        OutgoingMail.objects.bulk_create(batch)


def send_on_commit(
    *,
    to: str,
    template: str,
    context: dict[str, Any],
    useful_until: datetime | models.expressions.Combinable | None = None,
) -> None:
    """Put one mail into the outbox, as `send_all_on_commit`.

    After `useful_until` (a moment, or an expression of PostgreSQL) it is not sent.
    """
    send_all_on_commit([Mail(to, template, context, useful_until)])
