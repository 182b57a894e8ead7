"""How does mail leave? After the transaction commits, as text and HTML from one set of templates."""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def inbox_is_open(request: HttpRequest) -> bool:
    """Whether the inbox of captured mail may be read: everywhere but in production."""
    return not settings.PRODUCTION


def send_on_commit(*, to: str, template: str, context: dict[str, Any]) -> None:
    """Send the mail of `templates/mail/<template>` (.subject.txt, .txt and .html) once the transaction has committed.

    It is written now, with what is true now. A mail server that does not answer is logged, without the recipient,
    and changes nothing for the person: what was saved stays saved.
    """
    context = {"portal": settings.PORTAL} | context
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"mail/{template}.subject.txt", context).split()),
        body=render_to_string(f"mail/{template}.txt", context),
        to=[to],
    )
    message.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    transaction.on_commit(partial(_send, message, template), robust=True)


def _send(message: EmailMultiAlternatives, template: str) -> None:
    try:
        message.send()
    except Exception as error:
        # Neither the text of the error nor its trace: SMTP errors quote the recipient.
        logger.error("The mail %s was not sent: %s.", template, type(error).__name__)
