"""Which WSGI application does the web server run? Production unless MIPRES_MODE says otherwise."""

import json
import os
import re
from collections.abc import Iterable
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db.backends.signals import connection_created

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mipres_admin.settings")

# no body that the proxy hands on is larger; it keeps them until they are complete, but for the end of a registry's file
LARGEST, BLOCK = 101 * 1024 * 1024, 64 * 1024
REFUSED = "La solicitud debe estar codificada en UTF-8."

portal = get_wsgi_application()

from mipres_admin import pdf  # noqa: E402  after the settings

# in a thread, so that the first request for a PDF does not wait
Thread(target=pdf.warm_up, daemon=True).start()


def set_lock_timeout(connection: Any, **_: Any) -> None:
    """A request that waits for a row gives up after five seconds, with a page that says so."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")


connection_created.connect(set_lock_timeout)


def _refusal(path: str) -> tuple[str, str]:
    """The content type and the body of a refusal, as a service expects them, RFC 6749 for OAuth, or a person."""
    if re.match(settings.SERVICE_PATH, path):
        return "application/json", json.dumps({"Message": REFUSED})
    if path.startswith("/oauth/"):
        return "application/json", json.dumps({"error": "invalid_request", "error_description": REFUSED})
    return "text/plain; charset=utf-8", REFUSED


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The answer to a request, after what nobody has read of its body: a proxy that still sends cuts the answer off.

    A body without a length may never end: a few of them would hold all threads.
    """
    answer = _answer(environ, start_response)
    ends = environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" not in environ
    left = LARGEST if ends and environ["REQUEST_METHOD"] not in ("GET", "HEAD") else 0
    while left > 0 and (block := environ["wsgi.input"].read(min(left, BLOCK))):
        left -= len(block)
    return answer


def _answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The portal, for requests in UTF-8: Django would decode any charset that the client names, or fail."""
    _, named, charset = environ.get("CONTENT_TYPE", "").lower().partition("charset=")
    if named and charset.strip(" \"'").partition(";")[0].strip(" \"'") not in ("utf-8", "utf8"):
        kind, body = _refusal(environ.get("PATH_INFO", ""))
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(body.encode()))),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", settings.NO_PAGE_CSP),
            ("Permissions-Policy", settings.PERMISSIONS_POLICY),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response("415 Unsupported Media Type", headers)
        return [body.encode()]
    return portal(environ, start_response)
