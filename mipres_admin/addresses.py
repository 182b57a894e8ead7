"""Under which address does somebody outside find a page of the portal?"""

from django.conf import settings
from django.http import HttpRequest


def public_address(request: HttpRequest, path: str) -> str:
    """The whole address of a path: under `MIPRES_PUBLIC_URL` when it is set, else under the host of the request."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
