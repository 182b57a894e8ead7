"""How does a test come by a password link? As a person does: it reads the mail."""

import re

from accounts.actions.password_links import send_password_link
from accounts.models import Account
from mipres_admin.outbox.models import OutgoingMail


def link_in(text: str) -> str:
    """The address, without the host, in the text of a mail."""
    found = re.search(r"https?://[^/\s]+(/clave/asignar/\S+)", text)
    assert found is not None
    return found[1]


def link_to(account: Account, reason: str = "assign") -> str:
    """The address of a fresh link of this account."""
    send_password_link(account=account, reason=reason)
    return link_in(OutgoingMail.objects.latest("id").text)
