"""Which figures does the home of a delegate show of their entity? Three statements at any size.

Each figure counts exactly what the list behind its link finds.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q

from entities.models import NETWORK_MEMBERS, Association, Entity, EntityKind, Sede
from mipres_admin.backoffice.charts import Chart, Figure, chart_of
from mipres_admin.database import clock
from roles.matrix import ACTIVATING_KINDS
from roles.models import RoleAssignment

ENDING_DAYS = 30
NO_USERS = "Todavía no hay usuarios activados: empiece por «Activar Usuarios»."
MEMBER_LABELS = {
    EntityKind.IPS: "IPS",
    EntityKind.PROVEEDOR: "Proveedores",
    EntityKind.PPN: "Proveedores Persona Natural",
    EntityKind.PROFESIONAL_INDEPENDIENTE: "Profesionales independientes",
    EntityKind.EPS_S: "EPS-Subsidiado",
}


@dataclass(frozen=True)
class Overview:
    """What the home of one delegate shows."""

    figures: tuple[Figure, ...]
    charts: tuple[Chart, ...]


def _roles(entity: Entity) -> Overview:
    """Roles in force, by role, and those that end soon: one walk along the index that counts."""
    # a moment that is a constant is compared half a million times for less than one that PostgreSQL computes
    now = clock.now()
    soon = Count("ends_at", filter=Q(ends_at__lte=now + timedelta(days=ENDING_DAYS)))
    current = RoleAssignment.objects.visible_to(entity).current(now).order_by()
    rows = list(current.values("role").annotate(count=Count("*"), ending=soon).order_by("-count", "role"))
    by_role = (Figure(row["role"], row["count"], "users", urlencode({"rol": row["role"]})) for row in rows)
    note = "Roles activos hoy. Quien tiene un rol en dos sedes cuenta dos veces."
    return Overview(
        figures=(
            Figure("Roles activos", sum(row["count"] for row in rows), "users"),
            Figure(f"Vencen en {ENDING_DAYS} días", sum(row["ending"] for row in rows), "users", "estado=vencen"),
        ),
        charts=(chart_of("Usuarios por rol", note, by_role, NO_USERS),),
    )


def _network(entity: Entity) -> Overview:
    members = Association.objects.of(entity).current().values_list("member__kind")
    counts = dict(members.annotate(count=Count("*")))
    figures = [
        Figure(MEMBER_LABELS[EntityKind(kind)], counts.get(kind, 0), "entities", urlencode({"tipo": str(kind)}))
        for kind in NETWORK_MEMBERS[entity.kind]
    ]
    if len(figures) == 1:
        return Overview(tuple(figures), ())
    return Overview((), (chart_of("Red asociada", "Entidades asociadas hoy, por tipo.", figures),))


def _sedes(entity: Entity) -> Overview:
    """Sedes that can receive users, and those that cannot; only a provider has a list of them."""
    counts = Sede.objects.visible_to(entity).aggregate(all=Count("*"), closed=Count("closed_on"))
    is_open = counts["all"] - counts["closed"]
    if entity.kind != EntityKind.PROVEEDOR:
        return Overview((Figure("Sedes abiertas", is_open),), ())
    figures = (
        Figure("Habilitadas", is_open, "sedes", "estado=habilitadas"),
        Figure("Deshabilitadas", counts["closed"], "sedes", "estado=deshabilitadas"),
    )
    return Overview((), (chart_of("Sedes", "Las deshabilitadas no pueden recibir usuarios.", figures),))


def overview_of(entity: Entity) -> Overview:
    """The figures of an entity: roles, where it gives any; the network of an EPS or ET, the sedes of others."""
    parts = [_roles(entity)] if entity.kind in ACTIVATING_KINDS else []
    if entity.kind in NETWORK_MEMBERS:
        parts.append(_network(entity))
    elif entity.kind in (EntityKind.IPS, EntityKind.PROVEEDOR):
        parts.append(_sedes(entity))
    return Overview(
        figures=tuple(figure for part in parts for figure in part.figures),
        charts=tuple(chart for part in parts for chart in part.charts),
    )
