"""How is a link in a mail made so that only the reader of the mail can use it?

The secret is only in the mail: the database has its hash, history and logs have nothing.
"""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from mipres_admin.public_urls import public_address

MINUTES = settings.PASSWORD_LINK_MINUTES


def new_secret() -> str:
    """256 random bits, for an address."""
    return token_urlsafe(32)


@sensitive_variables("secret")
def hash_of(secret: str) -> str:
    """The hash that the database stores of a secret."""
    return sha256(secret.encode()).hexdigest()


def expiry() -> CombinedExpression:
    """When a link made now ends, by PostgreSQL's clock."""
    return Now() + timedelta(minutes=MINUTES)


@sensitive_variables("secret")
def link(url_name: str, secret: str) -> str:
    """The address of a link, for a mail."""
    return public_address(reverse(url_name, args=[secret]))
