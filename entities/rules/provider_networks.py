"""May an entity associate this one to its network, and if not, why and what now? Pure: no writes, no request."""

from typing import Any

from entities.models import NETWORK_MEMBERS, Entity, EntityKind
from mipres_admin.refusals import Refusal

REPS_KINDS = (EntityKind.IPS, EntityKind.PROFESIONAL_INDEPENDIENTE)
NOT_ASSOCIABLE = "Entidad no disponible"


def association_refusal(owner: Entity, member: Any) -> Refusal | None:
    """Why `owner` cannot associate `member` from now on, or None (manual v4.1 §11.4).

    `member` comes from `EntityQuerySet.with_main_sede`. Existing associations stay, whatever this says.
    """
    if member.kind not in NETWORK_MEMBERS.get(owner.kind, ()):
        return Refusal(
            headline=NOT_ASSOCIABLE,
            cause=f"Su entidad no puede asociar a {member}: es de tipo «{EntityKind(member.kind).label}».",
            remedy="Elija uno de los tipos de entidad que muestra «Asociar Entidades» y busque de nuevo.",
            who="Usted, como delegado.",
        )
    if not member.is_active:
        return Refusal(
            headline=NOT_ASSOCIABLE,
            cause=f"{member} está inactiva en el portal.",
            remedy="Pídale que aclare su estado con el Ministerio; cuando vuelva a estar activa podrá asociarla.",
            who="La entidad misma, ante el Ministerio.",
        )
    if member.kind in REPS_KINDS and not member.open_sedes:
        return Refusal(
            headline=NOT_ASSOCIABLE,
            cause=f"{member} no tiene ninguna sede habilitada en el REPS.",
            remedy="Revise el código. Si es correcto, el prestador debe renovar su habilitación en el REPS; aparecerá "
            "con la siguiente carga del registro.",
            who="El prestador, ante la Secretaría de Salud de su territorio.",
        )
    return None
