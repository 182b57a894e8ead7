"""Under which address does somebody outside find a page of the portal?"""

from django.conf import settings


def public_address(path: str) -> str:
    """The whole address of a path, for mails and papers: never the host that a request names."""
    return f"{settings.PUBLIC_URL}{path}"
