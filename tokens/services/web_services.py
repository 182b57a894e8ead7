"""How do the web services read a call and respond? Any letter case, always JSON, no redirect, session or cookie.

    GET /{WSSUMMIPRESNOPBS|WSFACMIPRESNOPBS}/api/GenerarToken/{nit}/{token}    a temporary token, as a JSON string
    GET /WSMIPRESNOPBS/api/ValidarToken/{nit}/{token}                          what the portal token may do

Fixed segments are case-insensitive, empty ones are skipped. Every error is JSON with `Message`.
"""

import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, JsonResponse

from mipres_admin.access.bodies import ORDINARY_BODY, body_problem, is_announced
from mipres_admin.reading.identifiers import NotRead, read_document, read_nit
from tokens.scopes import REGIMEN_NAMES, Service, services_of
from tokens.services.errors import CallRefused
from tokens.services.token_authorization import (
    TokenDetails,
    day,
    issue_temporary,
    validate,
)

logger = logging.getLogger(__name__)

is_service_path = re.compile(settings.SERVICE_PATH).match

NO_HTTPS = "Los servicios web solo responden por HTTPS. No envíe el token por HTTP: genere uno nuevo y use https://."
NO_METHOD = "Este servicio solo responde a GET."
NO_ADDRESS = "Esta dirección no existe. Las de este servicio son: {}."
BAD_NIT = (
    "nit: debe ser el NIT sin dígito de verificación, solo dígitos, por ejemplo 900123456; el de una persona natural, "
    "su documento."
)
FAILED = "El portal no pudo atender la llamada por un error suyo. Intente de nuevo; si sigue, informe la petición {}."
BUSY = "El portal no pudo consultar su base de datos. Intente de nuevo en unos segundos."


def _read_nit(raw: str) -> str:
    for read in (read_nit, read_document):  # a natural person is known by their document
        with suppress(NotRead):
            return read(raw)
    raise CallRefused(422, "Los datos de la dirección no son válidos.", errors=[BAD_NIT])


# ---------------------------------------------------------------- operations


def generate_token(service: Service, nit: str, token: str) -> str:
    """GenerarToken: issue a temporary token."""
    return issue_temporary(service=service, nit=_read_nit(nit), token=token)


def _summary(details: TokenDetails) -> dict[str, Any]:
    regimen = details.regimen
    return {
        "Nit": details.nit,
        "Entidad": details.name,
        "TipoEntidad": details.kind_name,
        "Regimen": REGIMEN_NAMES[regimen] if regimen else None,
        "Alcance": details.scope.split(),
        "Servicios": services_of(details.scope),
        "FechaExpedicion": day(details.issued_at),
        "FechaVencimiento": day(details.ends_at),
        "DiasRestantes": (details.ends_at - details.now).days,
    }


def validate_token(service: Service, nit: str, token: str) -> dict[str, Any]:
    """ValidarToken: whose the portal token is, its scope, and its validity."""
    return _summary(validate(service=service, nit=_read_nit(nit), token=token))


Operation = Callable[[Service, str, str], Any]
OPERATIONS: dict[Service, dict[str, Operation]] = {
    Service.SUMINISTROS: {"GenerarToken": generate_token},
    Service.FACTURACION: {"GenerarToken": generate_token},
    Service.PRESCRIPCION: {"ValidarToken": validate_token},
}
_SERVICES = {service.lower(): service for service in OPERATIONS}
_BY_NAME = {
    (service.lower(), name.lower()): (service, operation)
    for service, operations in OPERATIONS.items()
    for name, operation in operations.items()
}


# ---------------------------------------------------------------- request and response


def _unknown_address(name: str) -> CallRefused:
    service = _SERVICES[name]
    addresses = [f"/{service}/api/{operation}/{{nit}}/{{token}}" for operation in OPERATIONS[service]]
    return CallRefused(404, NO_ADDRESS.format(", ".join(addresses)))


def _resolve(segments: Sequence[str]) -> tuple[Service, Operation]:
    """The operation that the segments of an address name; raises CallRefused (404)."""
    service = segments[0].lower()
    operation = _BY_NAME.get((service, segments[2].lower())) if len(segments) == 5 else None
    if operation is None or segments[1].lower() != "api":
        raise _unknown_address(service)
    return operation


def _run_operation(request: HttpRequest) -> Any:
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise CallRefused(403, NO_HTTPS)
    if problem := body_problem(request, ORDINARY_BODY):
        raise CallRefused(*problem)
    segments = [segment for segment in request.path_info.split("/") if segment]
    service, operation = _resolve(segments)
    if request.method != "GET" or is_announced(request):
        raise CallRefused(405, NO_METHOD, headers={"Allow": "GET"})
    return operation(service, segments[3], segments[4])


def _error(
    status: int, message: str, errors: Sequence[str] = (), headers: dict[str, str] | None = None
) -> JsonResponse:
    body: dict[str, Any] = {"Message": message}
    if errors:
        body["Errors"] = list(errors)
    return JsonResponse(body, status=status, headers=headers)


def respond(request: HttpRequest, request_id: str) -> JsonResponse:
    """The response to a call of a web service: JSON, whatever fails."""
    try:
        return JsonResponse(_run_operation(request), safe=False)
    except CallRefused as refused:
        return _error(refused.status, refused.message, refused.errors, refused.headers)
    except OperationalError:
        logger.exception("service call failed: database unavailable")
        return _error(503, BUSY, headers={"Retry-After": "10"})
    except Exception:
        logger.exception("service call failed")
        return _error(500, FAILED.format(request_id))
