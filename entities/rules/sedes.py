"""May a provider create, edit or disable this sede, and if not, why and what now? Pure: no writes, no request."""

import hashlib
from dataclasses import astuple, dataclass
from typing import Any, Self

from entities.models import Entity, Sede, SedeQuerySet
from mipres_admin.refusals import Refusal

LAST_PROVIDER_CODE = "PROV999999"
PROVIDER = "Usted, como delegado del proveedor."

NO_CODES_LEFT = Refusal(
    headline="No hay más códigos de sede",
    cause=f"El portal ya entregó el último código de sede de proveedor, {LAST_PROVIDER_CODE}.",
    remedy="La sede no se creó. Comuníquese con Atención al usuario: los datos están al pie de esta página.",
    who="El Ministerio de Salud y Protección Social.",
)
CHANGED_ELSEWHERE = Refusal(
    headline="La sede cambió mientras usted la revisaba",
    cause="Alguien guardó otro cambio en esta sede, tal vez en otra pestaña o ventana.",
    remedy="No se guardó nada. Revise los datos que tiene ahora y repita el cambio si todavía hace falta.",
    who=PROVIDER,
)
USERS_CHANGED = Refusal(
    headline="Los usuarios de la sede cambiaron mientras usted la revisaba",
    cause="El número de usuarios o de roles de la sede ya no es el que mostraba la página.",
    remedy="La sede sigue habilitada. Revise el número de ahora y confirme de nuevo.",
    who=PROVIDER,
)


def foreign_sede(code: str, *, exists: bool) -> str:
    """Why a code is of no sede of one's own. REPS publishes its sedes, so this tells nobody what they may not know."""
    if exists:
        return f"La sede {code} es de otra entidad."
    return f"No hay ninguna sede con el código {code[:20]}."


@dataclass(frozen=True)
class SedeDetails:
    """What a provider may edit of one of its sedes (manual v4.1 §11.6)."""

    name: str
    phone: str
    address: str
    municipality_id: str

    @classmethod
    def of(cls, sede: Sede) -> Self:
        """The details of a sede as they are now."""
        return cls(sede.name, sede.phone, sede.address, sede.municipality_id or "")

    @property
    def fingerprint(self) -> str:
        """A short hash by which a form knows whether the sede is still as the page showed it."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:32]


def similar_sedes(entity: Entity, details: SedeDetails, edited: Sede | None = None) -> SedeQuerySet:
    """The provider's sedes of the same name, or at the same address of the same municipality; disabled ones too.

    Of the sede that is `edited`, only what changes is compared.
    """
    sedes = Sede.objects.visible_to(entity)
    name, address = details.name, details.address
    if edited is not None:
        sedes, old = sedes.exclude(pk=edited.pk), SedeDetails.of(edited)
        name = "" if old.name == name else name
        address = "" if (old.address, old.municipality_id) == (address, details.municipality_id) else address
    return sedes.similar_to(name=name, address=address, municipality_id=details.municipality_id)


def provider_refusal(sede: Sede) -> Refusal | None:
    """Why the provider may not edit, disable or enable this sede, or None: those of REPS change with the registry."""
    if sede.is_of_provider:
        return None
    return Refusal(
        cause=f"La sede {sede.code} viene del REPS y el portal no la modifica.",
        remedy="Actualice la novedad de la sede en el REPS; el cambio llega con la siguiente carga.",
        who="Su entidad, ante el REPS.",
    )


def reused_form_refusal(sede: Sede) -> Refusal:
    """Why a form that already created a sede does not create another one with other data."""
    return Refusal(
        headline="Este formulario ya creó una sede",
        cause=f"Con este formulario ya se creó la sede {sede.code}, {sede.name}.",
        remedy="No se creó otra. Si los datos de abajo son de una sede más, oprima «Crear Sede» otra vez.",
        who=PROVIDER,
    )


@dataclass(frozen=True)
class SedeUse:
    """The users with roles at a sede, now or later, and the number of their roles."""

    users: int
    roles: int

    @classmethod
    def of(cls, sede: Any) -> Self:
        """Counted now, through the relation that an app above adds."""
        assignments = sede.assignments.not_ended()
        return cls(assignments.values("user").distinct().count(), assignments.count())
