"""Whom does one tell of a vulnerability? `/.well-known/security.txt` (RFC 9116)."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from mipres_admin.access.declarations import SAFE, public

VALID_FOR = timedelta(days=180)


@public(methods=SAFE)
def security_contact(request: HttpRequest) -> HttpResponse:
    """The contact of MIPRES_SECURITY_CONTACT, a mailto: or https: address; 404 while none is set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = timezone.now() + VALID_FOR
    lines = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": f"{expires:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages": "es, en",
        "Canonical": f"{settings.PUBLIC_URL}{request.path}",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
