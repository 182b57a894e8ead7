"""What does the token of an entity give access to, and which scope does each service need? (manual v4.1 §10, §11.1)"""

from django.db import models

from entities.models import EntityKind


class Scope(models.TextChoices):
    """What a token gives access to, as in its `scope` claim."""

    PRESCRIPCION = "prescripcion", "Prescripción"
    SUMINISTROS = "suministros", "Suministros"
    FACTURACION = "facturacion", "Facturación"


class Service(models.TextChoices):
    """The web services, by the first segment of their addresses."""

    PRESCRIPCION = "WSMIPRESNOPBS", "Prescripción"
    SUMINISTROS = "WSSUMMIPRESNOPBS", "Suministros"
    FACTURACION = "WSFACMIPRESNOPBS", "Facturación"


REQUIRED_SCOPE: dict[str, Scope] = {
    Service.PRESCRIPCION: Scope.PRESCRIPCION,
    Service.SUMINISTROS: Scope.SUMINISTROS,
    Service.FACTURACION: Scope.FACTURACION,
}
_EPS = (Scope.PRESCRIPCION, Scope.SUMINISTROS, Scope.FACTURACION)
_PROVIDER = (Scope.SUMINISTROS, Scope.FACTURACION)
SCOPES: dict[str, tuple[Scope, ...]] = {
    EntityKind.EPS_C: _EPS,
    EntityKind.EPS_S: _EPS,
    EntityKind.IPS: (Scope.PRESCRIPCION,),
    EntityKind.PROVEEDOR: _PROVIDER,
    EntityKind.PPN: _PROVIDER,
    EntityKind.ET: (Scope.PRESCRIPCION, Scope.SUMINISTROS),
}
# entities of these kinds have tokens
TOKEN_KINDS = tuple(SCOPES)
# the régimen of an EPS in the claim `regimen`; the others have none
REGIMEN: dict[str, str] = {EntityKind.EPS_C: "C", EntityKind.EPS_S: "S"}
REGIMEN_NAMES = {"C": "Contributivo", "S": "Subsidiado"}


def scope_of(kind: str) -> str:
    """The scopes of an entity of this kind, separated by spaces as in OAuth (RFC 6749 §3.3)."""
    return " ".join(SCOPES[kind])


def services_of(scope: str) -> list[str]:
    """The web services that a scope gives access to."""
    return [str(service) for service, required in REQUIRED_SCOPE.items() if required in scope.split()]


def scope_label(scope: str) -> str:
    """A scope as people read it, for example "Suministros y Facturación"."""
    *others, last = [Scope(name).label for name in scope.split()]
    return f"{', '.join(others)} y {last}" if others else last
