"""How do other servers inspect and revoke tokens over HTTP? Forms in, JSON out, with client credentials.

    POST /oauth/introspeccion/    RFC 7662
    POST /oauth/revocacion/       RFC 7009

Credentials by HTTP Basic or in the body (RFC 6749 §2.3.1); errors as in RFC 6749 §5.2, with ASCII descriptions.
No session, cookie or CSRF; never a redirect, not even over plain HTTP.
"""

import base64
import logging
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote_plus

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from mipres_admin.access.bodies import body_problem
from mipres_admin.access.declarations import ANY, public
from tokens.models import ServerClient
from tokens.services import token_introspection
from tokens.services.limits import TooManyCalls

logger = logging.getLogger(__name__)

MAX_BODY_LENGTH = 20_000
MAX_FIELDS = 20
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
    """A call whose response is an OAuth error."""

    def __init__(self, status: int, error: str, description: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(description)
        self.status, self.error, self.description, self.headers = status, error, description, headers or {}

    def response(self) -> JsonResponse:
        """The error response of RFC 6749 §5.2."""
        body = {"error": self.error, "error_description": self.description}
        return JsonResponse(body, status=self.status, headers=self.headers)


def _invalid_client() -> OAuthRefused:
    return OAuthRefused(401, "invalid_client", BAD_CLIENT, {"WWW-Authenticate": 'Basic realm="mipres"'})


def _fields(request: HttpRequest) -> dict[str, str]:
    """The fields of the form; those without a value count as missing. Raises OAuthRefused (400, 411, 413)."""
    if problem := body_problem(request, MAX_BODY_LENGTH):
        status, reason = problem
        raise OAuthRefused(status, "invalid_request", reason)
    body = request.read(MAX_BODY_LENGTH)
    invalid = OAuthRefused(400, "invalid_request", NO_FORM)
    if request.content_type != FORM:
        raise invalid
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise invalid from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise invalid
    return {name: value for name, value in pairs if value}


def _basic(header: str) -> tuple[str, str]:
    """The two parts of an Authorization header, each decoded as a form field; raises OAuthRefused (401)."""
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise _invalid_client() from None
    if scheme.lower() != "basic" or not colon:
        raise _invalid_client()
    return unquote_plus(client_id), unquote_plus(secret)


def _client(request: HttpRequest, fields: dict[str, str]) -> ServerClient:
    """The calling server; raises OAuthRefused (400, 401) or TooManyCalls (429)."""
    header = request.headers.get("Authorization", "")
    client_id, secret = _basic(header) if header else (fields.get("client_id", ""), fields.get("client_secret", ""))
    if header and ("client_secret" in fields or fields.get("client_id", client_id) != client_id):
        raise OAuthRefused(400, "invalid_request", TWO_WAYS)
    try:
        return token_introspection.authenticate(client_id, secret)
    except token_introspection.UnknownClient:
        raise _invalid_client() from None


def _authenticated_call(request: HttpRequest) -> tuple[ServerClient, str]:
    """The calling server and the token; raises OAuthRefused or TooManyCalls."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise OAuthRefused(400, "invalid_request", NO_HTTPS)
    if request.method != "POST":
        raise OAuthRefused(405, "invalid_request", NO_POST, {"Allow": "POST"})
    fields = _fields(request)
    client = _client(request, fields)
    if "token" not in fields:
        raise OAuthRefused(400, "invalid_request", NO_TOKEN)
    return client, fields["token"]


def _respond(request: HttpRequest, operation: Callable[[ServerClient, str], HttpResponse]) -> HttpResponse:
    """The response to a call, with OAuth errors whatever fails."""
    try:
        return operation(*_authenticated_call(request))
    except OAuthRefused as refused:
        return refused.response()
    except TooManyCalls as many:
        return OAuthRefused(429, "temporarily_unavailable", many.message, many.headers).response()
    except OperationalError:
        logger.exception("OAuth call failed: database unavailable")
        return OAuthRefused(503, "temporarily_unavailable", BUSY, {"Retry-After": "10"}).response()
    except Exception:
        logger.exception("OAuth call failed")
        return OAuthRefused(500, "server_error", FAILED).response()


@public(methods=ANY, checks_body=True)
@csrf_exempt
def introspection(request: HttpRequest) -> HttpResponse:
    """Describe a token (RFC 7662); `token_type_hint` is ignored."""
    return _respond(
        request, lambda client, token: JsonResponse(token_introspection.introspect(client=client, token=token))
    )


def _revoke(client: ServerClient, token: str) -> HttpResponse:
    token_introspection.revoke(client=client, token=token)
    return HttpResponse(content_type="application/json")


@public(methods=ANY, checks_body=True)
@csrf_exempt
def revocation(request: HttpRequest) -> HttpResponse:
    """Revoke a token (RFC 7009): 200 without a body, also when it is not a token."""
    return _respond(request, _revoke)
