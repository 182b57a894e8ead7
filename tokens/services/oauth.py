"""How do other servers ask about a token, and end one? Forms in, JSON out, with credentials of their own.

    POST /oauth/introspeccion/    RFC 7662
    POST /oauth/revocacion/       RFC 7009

Credentials by HTTP Basic or in the body (RFC 6749 §2.3.1), errors as RFC 6749 §5.2 says them, whose descriptions are
ASCII. No session, cookie or CSRF; never a redirect, over plain HTTP neither.
"""

import base64
import logging
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote_plus

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from mipres_admin.access.declarations import ANY, public
from tokens.models import ServerClient
from tokens.services import token_introspection
from tokens.services.limits import TooManyCalls

logger = logging.getLogger(__name__)

LONGEST_BODY = 20_000
MOST_FIELDS = 20
FORM = "application/x-www-form-urlencoded"

NO_HTTPS = "Estas direcciones solo responden por HTTPS."
NO_POST = "Este servicio solo responde a POST."
NO_FORM = f"El cuerpo debe ser un formulario {FORM} en UTF-8, con cada campo una sola vez."
NO_TOKEN = "Falta el campo token."  # noqa: S105
TWO_WAYS = "Las credenciales deben ir por HTTP Basic o en el cuerpo, no en ambos."
BAD_CLIENT = "El client_id y el client_secret no son los de un servidor vigente."
BUSY = "El portal no pudo consultar su base de datos. Intente de nuevo en unos segundos."
FAILED = "El portal no pudo atender la llamada por un error suyo."


class OAuthRefused(Exception):
    """A call that is answered with an error of OAuth."""

    def __init__(self, status: int, error: str, description: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(description)
        self.status, self.error, self.description, self.headers = status, error, description, headers or {}

    def response(self) -> JsonResponse:
        """The answer, as RFC 6749 §5.2 shapes it."""
        body = {"error": self.error, "error_description": self.description}
        return JsonResponse(body, status=self.status, headers=self.headers)


def _not_a_client() -> OAuthRefused:
    return OAuthRefused(401, "invalid_client", BAD_CLIENT, {"WWW-Authenticate": 'Basic realm="mipres"'})


def _fields(request: HttpRequest) -> dict[str, str]:
    """The fields of the form; those without a value count as missing. Raises OAuthRefused (400)."""
    body = request.read(LONGEST_BODY + 1)
    bad = OAuthRefused(400, "invalid_request", NO_FORM)
    if request.content_type != FORM or len(body) > LONGEST_BODY:
        raise bad
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise bad from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise bad
    return {name: value for name, value in pairs if value}


def _basic(header: str) -> tuple[str, str]:
    """The two parts of an Authorization header, each decoded as a form field; raises OAuthRefused (401)."""
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise _not_a_client() from None
    if scheme.lower() != "basic" or not colon:
        raise _not_a_client()
    return unquote_plus(client_id), unquote_plus(secret)


def _client(request: HttpRequest, fields: dict[str, str]) -> ServerClient:
    """The server that asks; raises OAuthRefused (400, 401) or TooManyCalls (429)."""
    header = request.headers.get("Authorization", "")
    client_id, secret = _basic(header) if header else (fields.get("client_id", ""), fields.get("client_secret", ""))
    if header and ("client_secret" in fields or fields.get("client_id", client_id) != client_id):
        raise OAuthRefused(400, "invalid_request", TWO_WAYS)
    try:
        return token_introspection.authenticate(client_id, secret)
    except token_introspection.UnknownClient:
        raise _not_a_client() from None


def _asked(request: HttpRequest) -> tuple[ServerClient, str]:
    """Who asks, and about which token; raises OAuthRefused or TooManyCalls."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise OAuthRefused(400, "invalid_request", NO_HTTPS)
    if request.method != "POST":
        raise OAuthRefused(405, "invalid_request", NO_POST, {"Allow": "POST"})
    fields = _fields(request)
    client = _client(request, fields)
    if "token" not in fields:
        raise OAuthRefused(400, "invalid_request", NO_TOKEN)
    return client, fields["token"]


def _answered(request: HttpRequest, deed: Callable[[ServerClient, str], HttpResponse]) -> HttpResponse:
    """The answer to a call: whatever happens, with the errors of OAuth."""
    try:
        return deed(*_asked(request))
    except OAuthRefused as refused:
        return refused.response()
    except TooManyCalls as many:
        return OAuthRefused(429, "temporarily_unavailable", many.message, many.headers).response()
    except OperationalError:
        logger.exception("a call of another server found no database")
        return OAuthRefused(503, "temporarily_unavailable", BUSY, {"Retry-After": "10"}).response()
    except Exception:
        logger.exception("a call of another server failed")
        return OAuthRefused(500, "server_error", FAILED).response()


@public(methods=ANY)
@csrf_exempt
def introspection(request: HttpRequest) -> HttpResponse:
    """What a token is good for (RFC 7662); `token_type_hint` is not needed."""
    return _answered(
        request, lambda client, token: JsonResponse(token_introspection.introspect(client=client, token=token))
    )


def _revoke(client: ServerClient, token: str) -> HttpResponse:
    token_introspection.revoke(client=client, token=token)
    return HttpResponse(content_type="application/json")


@public(methods=ANY)
@csrf_exempt
def revocation(request: HttpRequest) -> HttpResponse:
    """End a token (RFC 7009): 200 without a body, also for what is no token."""
    return _answered(request, _revoke)
