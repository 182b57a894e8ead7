"""What does the reference page of the web services contain? OpenAPI document (`openapi.json`), errors, samples."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

Json = dict[str, Any]

# ---------------------------------------------------------------- errors


@dataclass(frozen=True)
class ErrorRow:
    """One error status of the web services."""

    status: str
    cause: str
    remedy: str


ERRORS = (
    ErrorRow(
        "401",
        "El token no sirve: Message dice si está mal copiado, vencido, revocado, reemplazado, de otro NIT.",
        "Use el token vigente de la entidad; «Probar token» dice qué le pasa. No repita la llamada con el mismo.",
    ),
    ErrorRow(
        "403",
        "El token no da acceso: Message dice si por su alcance, por su entidad inactiva, por llamar sin HTTPS.",
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

# ---------------------------------------------------------------- samples


@dataclass(frozen=True)
class Sample:
    """A program that requests a temporary token: its file in docs/samples."""

    file: str
    language: str
    tested: bool = True

    @property
    def code(self) -> str:
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

# ---------------------------------------------------------------- the document


@lru_cache
def _openapi() -> Json:
    document: Json = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    return document


def document() -> Json:
    """The OpenAPI 3.1 document of every address that programs call, with this portal's version and address."""
    document = _openapi()
    info = document["info"] | {"version": settings.VERSION}
    return document | {"info": info, "servers": [{"url": settings.PUBLIC_URL}]}


# ---------------------------------------------------------------- the page


@dataclass(frozen=True)
class Call:
    """One operation of the document, as the reference page shows it."""

    method: str
    path: str
    about: Json

    @property
    def anchor(self) -> str:
        return str(self.about["operationId"])

    @property
    def answer(self) -> list[tuple[str, str]]:
        """The fields of a successful response and their descriptions; none when it is a bare value."""
        content = self.about["responses"]["200"].get("content", {})
        schema: Json = next((media["schema"] for media in content.values()), {})
        return [(name, field.get("description", "")) for name, field in schema.get("properties", {}).items()]

    @property
    def refusals(self) -> list[str]:
        """The statuses of its errors."""
        return [status for status in self.about["responses"] if status != "200"]


def calls() -> list[Call]:
    """Every operation of the document, in its order."""
    paths: Json = document()["paths"]
    return [Call(method.upper(), path, about) for path, methods in paths.items() for method, about in methods.items()]
