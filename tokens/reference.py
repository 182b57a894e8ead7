"""What is told to those who call the web services? The errors, the samples, and the OpenAPI document.

The document is made from the table of operations (`services.OPERATIONS`); the reference page is made from the document.
"""

from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings

from tokens.scopes import Scope, Service
from tokens.services import OPERATIONS
from tokens.verify import ALGORITHM, ISSUER

Json = dict[str, Any]

# ---------------------------------------------------------------- errors


@dataclass(frozen=True)
class ErrorRow:
    """One status with which a web service says no."""

    status: str
    cause: str
    remedy: str


ERRORS = (
    ErrorRow(
        "401",
        "El token está mal copiado, venció, fue revocado o reemplazado, o no es de ese NIT.",
        "Use el token vigente de la entidad; «Probar token» dice qué le pasa. No repita la llamada con el mismo.",
    ),
    ErrorRow(
        "403",
        "El alcance del token no incluye el servicio, la entidad está inactiva, o se llamó por HTTP.",
        "Llame al servicio de su alcance y siempre por HTTPS.",
    ),
    ErrorRow("404", "La dirección no existe.", "Revise el nombre del servicio y el número de segmentos."),
    ErrorRow("405", "El método no es el de la dirección.", "Use el que dice la cabecera Allow."),
    ErrorRow("422", "Un dato de la dirección no puede ser válido, por ejemplo el NIT.", "Lea la lista Errors."),
    ErrorRow(
        "429",
        "Demasiadas llamadas en un minuto, de la entidad o con tokens malos desde su red.",
        "Espere los segundos de la cabecera Retry-After.",
    ),
    ErrorRow("500", "Error del portal.", "Intente de nuevo; si sigue, informe la petición que nombra Message."),
    ErrorRow("503", "El portal no alcanza su base de datos.", "Espere los segundos de la cabecera Retry-After."),
)
_CAUSES = {row.status: row.cause for row in ERRORS}

# ---------------------------------------------------------------- samples


@dataclass(frozen=True)
class Sample:
    """A program that asks for a temporary token: its file in docs/samples and what it needs."""

    file: str
    language: str
    tested: bool = True

    @property
    def code(self) -> str:
        """The program itself."""
        return _read(self.file)


@lru_cache
def _read(file: str) -> str:
    return (settings.BASE_DIR / "docs" / "samples" / file).read_text(encoding="utf-8")


SAMPLES = (
    Sample("curl.sh", "curl"),
    Sample("python.py", "Python"),
    Sample("TokenTemporal.cs", "C#", tested=False),
    Sample("TokenTemporal.java", "Java"),
    Sample("php.php", "PHP"),
    Sample("node.mjs", "JavaScript (Node)"),
)

# ---------------------------------------------------------------- OpenAPI: what is said of each operation

NIT = "900123456"
_TEMPORARY = "q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c="  # invented


def _object(required: tuple[str, ...], **properties: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": properties}


def _text(description: str, **more: Any) -> Json:
    return {"type": "string", "description": description, **more}


def _day(description: str) -> Json:
    return _text(description, format="date")


def _list(description: str, choices: list[str]) -> Json:
    return {"type": "array", "description": description, "items": {"type": "string", "enum": choices}}


_DESCRIBED = {
    "Nit": _text("NIT sin dígito de verificación; el de una persona natural, su documento."),
    "Entidad": _text("Razón social."),
    "TipoEntidad": _text("Tipo de entidad."),
    "Regimen": {"type": ["string", "null"], "enum": ["Contributivo", "Subsidiado", None], "description": "De una EPS."},
    "Alcance": _list("Qué permite el token.", Scope.values),
    "Servicios": _list("Los servicios que abre.", Service.values),
    "FechaExpedicion": _day("Día en que se generó."),
    "FechaVencimiento": _day("Día en que deja de valer."),
    "DiasRestantes": {"type": "integer", "description": "Días completos que le quedan."},
}
# operation: (what it is in a line, what else one must know, what comes back)
ABOUT: dict[str, tuple[str, str, Json]] = {
    "GenerarToken": (
        "Pedir un token temporal",
        "Entrega un token temporal de 24 horas, que vale en Suministros y en Facturación según el alcance del token "
        "del portal, y muere con él. Pida uno y úselo hasta que venza.",
        _text("El token temporal: 44 caracteres.", pattern="^[A-Za-z0-9_-]{43}=$", examples=[_TEMPORARY], minLength=44),
    ),
    "ValidarToken": (
        "Saber qué permite un token del portal",
        "Dice para quién es el token, qué servicios abre y cuándo vence. El manual no la trae: es de este portal.",
        _object(tuple(_DESCRIBED), **_DESCRIBED),
    ),
}
_REFUSED = _object(
    ("Message",),
    Message=_text("La causa real, para mostrar o anotar."),
    Errors={"type": "array", "items": {"type": "string"}, "description": "Los datos que no son válidos (422)."},
)
_OAUTH_ERROR = _object(
    ("error",),
    error=_text("Código de RFC 6749 §5.2.", enum=[
        "invalid_request", "invalid_client", "temporarily_unavailable", "server_error",
    ]),
    error_description=_text("La causa, en ASCII."),
)  # fmt: skip
_INTROSPECTED = _object(
    ("active",),
    active={"type": "boolean", "description": "Si vale ahora, para este servidor. Si no, no se dice nada más."},
    scope=_text("Los alcances que comparten el token y el servidor, separados por espacios."),
    tipo=_text("Del portal, o temporal.", enum=["portal", "temporal"]),
    iss=_text("Quién lo expidió.", const=ISSUER),
    sub=_text("Identificador de la entidad en el portal."),
    nit=_text("NIT de la entidad."),
    regimen=_text("Régimen de una EPS: contributivo o subsidiado.", enum=["C", "S"]),
    iat={"type": "integer", "description": "Desde cuándo vale (segundos de Unix)."},
    exp={"type": "integer", "description": "Hasta cuándo vale, contando reemplazos (segundos de Unix)."},
    jti=_text("Identificador del token del portal."),
)
_KEY = _object(
    ("kty", "crv", "x", "y", "kid", "alg", "use"),
    kty=_text("Tipo.", const="EC"), crv=_text("Curva.", const="P-256"), x=_text("Punto."), y=_text("Punto."),
    kid=_text("Cuál llave."), alg=_text("Algoritmo.", const=ALGORITHM), use=_text("Uso.", const="sig"),
)  # fmt: skip
_OAUTH_CAUSES = {
    "400": "Falta un campo, está repetido, o las credenciales van de dos maneras.",
    "401": "El client_id y el client_secret no son los de un servidor vigente.",
    "429": "Demasiadas llamadas del servidor, o demasiadas credenciales malas desde su red.",
}

# ---------------------------------------------------------------- OpenAPI: the document


def _answer(description: str, schema: Json | None = None, media: str = "application/json") -> Json:
    return {"description": description} | ({"content": {media: {"schema": schema}}} if schema else {})


def _error(status: str, schema: str, cause: str) -> Json:
    answer = _answer(cause, {"$ref": f"#/components/schemas/{schema}"})
    if status in ("429", "503"):
        answer["headers"] = {
            "Retry-After": {"description": "Segundos que hay que esperar.", "schema": {"type": "integer"}}
        }
    if status == "401" and schema == "ErrorOAuth":
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer


def _errors(*statuses: str, schema: str = "Error", causes: dict[str, str] | None = None) -> Json:
    return {status: _error(status, schema, ((causes or {}).get(status) or _CAUSES[status])) for status in statuses}


def _in_path(name: str, description: str, example: str) -> Json:
    schema = {"type": "string"}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


_PARAMETERS = [
    _in_path("nit", "NIT sin dígito de verificación; el de una persona natural, su documento.", NIT),
    _in_path("token", "El token del portal, el que se genera en «Generar Token».", "eyJ0eXAiOiJtaXByZXMi…"),
]


def _wire(service: Service, name: str) -> Json:
    summary, description, answer = ABOUT[name]
    responses = {"200": _answer(HTTPStatus.OK.phrase, answer)}
    return {
        "operationId": f"{name}{service.label.replace('ó', 'o')}",
        "tags": [service.label],
        "summary": summary,
        "description": description,
        "parameters": _PARAMETERS,
        "responses": responses | _errors("401", "403", "422", "429", "500", "503"),
    }


def _oauth(operation: str, summary: str, description: str, answer: Json) -> Json:
    fields = {
        "token": _text("El token, del portal o temporal."),
        "token_type_hint": _text("Se acepta y no hace falta."),
        "client_id": _text("Si no va por HTTP Basic."),
        "client_secret": _text("Si no va por HTTP Basic."),
    }
    form = {"application/x-www-form-urlencoded": {"schema": _object(("token",), **fields)}}
    return {
        "operationId": operation,
        "tags": ["Otros servidores"],
        "summary": summary,
        "description": description,
        "security": [{"credenciales": []}, {}],
        "requestBody": {"required": True, "content": form},
        "responses": {"200": answer}
        | _errors("400", "401", "429", "500", "503", schema="ErrorOAuth", causes=_OAUTH_CAUSES),
    }


def _others() -> Json:
    """The addresses that are no web service of the manual."""
    introspection = _oauth(
        "introspeccion",
        "Preguntar si un token vale (RFC 7662)",
        "Para los servidores con credenciales del Ministerio. Cada uno ve los tokens que comparten su alcance.",
        _answer("Qué vale el token, ahora.", _INTROSPECTED),
    )
    revocation = _oauth(
        "revocacion",
        "Revocar un token (RFC 7009)",
        "Para los mismos servidores. Un token del portal muere con sus temporales y sus delegados reciben un correo.",
        _answer("El token ya no vale, o no valía; sin cuerpo."),
    )
    report = {
        "operationId": "reportarToken",
        "tags": ["Tokens expuestos"],
        "summary": "Reportar un token expuesto",
        "description": "El cuerpo es el texto donde aparece, hasta 100.000 bytes. Sus tokens quedan revocados.",
        "requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}},
        "responses": {"200": _answer("Lo mismo, haya o no tokens.", _object(("Message",), Message=_text("Gracias.")))}
        | _errors("429", causes={"429": "Demasiados reportes desde su red."}),
    }
    keys = {
        "operationId": "llaves",
        "tags": ["Otros servidores"],
        "summary": "Las llaves públicas con que se verifican los tokens (RFC 7517)",
        "description": "Se pueden guardar una hora.",
        "responses": {
            "200": _answer(
                "Las llaves.",
                _object(("keys",), keys={"type": "array", "items": _KEY, "description": "Cada una con su kid."}),
                "application/jwk-set+json",
            )
        },
    }
    return {
        "/tokens/reportar/servicio/": {"post": report},
        "/oauth/introspeccion/": {"post": introspection},
        "/oauth/revocacion/": {"post": revocation},
        "/.well-known/jwks.json": {"get": keys},
    }


def document() -> Json:
    """The OpenAPI 3.1 document of everything that programs may call."""
    wire = {
        f"/{service}/api/{name}/{{nit}}/{{token}}": {"get": _wire(service, name)}
        for service, operations in OPERATIONS.items()
        for name in operations
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Servicios web de tokens de MIPRES",
            "version": settings.VERSION,
            "description": (
                "Los segmentos fijos de las direcciones valen en mayúsculas o minúsculas y los vacíos se saltan. Todo "
                "error es JSON y dice su causa. Nunca hay redirecciones, cookies ni sesiones."
            ),
        },
        "servers": [{"url": settings.PUBLIC_URL}],
        "paths": wire | _others(),
        "components": {
            "schemas": {"Error": _REFUSED, "ErrorOAuth": _OAUTH_ERROR},
            "securitySchemes": {"credenciales": {"type": "http", "scheme": "basic"}},
        },
    }


# ---------------------------------------------------------------- the page


@dataclass(frozen=True)
class Call:
    """One operation of the document, as the reference page shows it."""

    method: str
    path: str
    about: Json

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return str(self.about["operationId"])

    @property
    def answer(self) -> list[tuple[str, str]]:
        """The fields of a good answer and what they mean; none when it is a bare value."""
        content = self.about["responses"]["200"].get("content", {})
        schema: Json = next((media["schema"] for media in content.values()), {})
        return [(name, field.get("description", "")) for name, field in schema.get("properties", {}).items()]

    @property
    def refusals(self) -> list[str]:
        """The statuses with which it may say no."""
        return [status for status in self.about["responses"] if status != "200"]


def calls() -> list[Call]:
    """Every operation of the document, in its order."""
    paths: Json = document()["paths"]
    return [Call(method.upper(), path, about) for path, methods in paths.items() for method, about in methods.items()]
