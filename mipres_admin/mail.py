"""How is mail written? In the transaction of its act, as text and HTML from one set of templates; a worker sends it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.template.loader import render_to_string

from mipres_admin.models import OutgoingMail

ROWS_A_STATEMENT = 1_000


def inbox_is_open(request: HttpRequest) -> bool:
    """Whether the inbox of captured mail may be read: everywhere but in production."""
    return not settings.PRODUCTION


@dataclass(frozen=True)
class Mail:
    """A mail to be written from `templates/mail/<template>` (.subject.txt, .txt and .html)."""

    to: str
    template: str
    context: dict[str, Any]
    useful_until: datetime | models.expressions.Combinable | None = None

    def written(self) -> OutgoingMail:
        """The row of the outbox, not saved yet."""
        context = {"portal": settings.PORTAL} | self.context
        return OutgoingMail(
            template=self.template,
            recipient=self.to,
            subject=" ".join(render_to_string(f"mail/{self.template}.subject.txt", context).split()),
            text=render_to_string(f"mail/{self.template}.txt", context),
            html=render_to_string(f"mail/{self.template}.html", context),
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
