"""What is the public URL of a page, for mails and PDFs?"""

from django.conf import settings


def public_address(path: str) -> str:
    """The whole address of a path, for mails and PDFs: never the host that a request names."""
    return f"{settings.PUBLIC_URL}{path}"
