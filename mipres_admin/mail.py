"""How is mail written? In the transaction of its act, as text and HTML from one set of templates; a worker sends it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.template.loader import render_to_string

from mipres_admin.models import OutgoingMail


def inbox_is_open(request: HttpRequest) -> bool:
    """Whether the inbox of captured mail may be read: everywhere but in production."""
    return not settings.PRODUCTION


def send_on_commit(
    *,
    to: str,
    template: str,
    context: dict[str, Any],
    useful_until: datetime | models.expressions.Combinable | None = None,
) -> None:
    """Put the mail of `templates/mail/<template>` (.subject.txt, .txt and .html) into the outbox.

    It is written now, with what is true now, and leaves when the transaction has committed (`mipres_admin.delivery`):
    an act that rolls back sends nothing, and a mail server that does not answer changes nothing for the person. Whoever
    has no address gets no mail. After `useful_until` (a moment, or an expression of PostgreSQL) it is not sent.
    Raises TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("send_on_commit() belongs in the transaction of the act.")
    if not to:
        return
    context = {"portal": settings.PORTAL} | context
    OutgoingMail.objects.create(
        template=template,
        recipient=to,
        subject=" ".join(render_to_string(f"mail/{template}.subject.txt", context).split()),
        text=render_to_string(f"mail/{template}.txt", context),
        html=render_to_string(f"mail/{template}.html", context),
        useful_until=useful_until,
    )
