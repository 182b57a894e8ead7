"""Create, edit, disable and enable the sedes of a provider: each deed once, whole, and written down."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import DataError, connection, transaction
from django.utils import timezone

from entities.events import Event
from entities.models import Entity, Sede
from entities.rules.sedes import (
    CHANGED_ELSEWHERE,
    NO_CODES_LEFT,
    USERS_CHANGED,
    SedeDetails,
    SedeUse,
    keeping_refusal,
    similar_sedes,
    used_form_refusal,
)
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.refusals import Refused, refuse

SEQUENCE_IS_EMPTY = "2200H"


class SimilarFound(Exception):
    """Nothing was saved: these sedes look like the one that is asked for, and nobody has said that they are others."""

    def __init__(self, sedes: list[Sede]) -> None:
        super().__init__(len(sedes))
        self.sedes = sedes


def _state(sede: Sede) -> dict[str, Any]:
    """What history keeps of a sede."""
    return {
        "name": sede.name,
        "phone": sede.phone,
        "address": sede.address,
        "municipality": f"{sede.municipality_id} {sede.municipality}",
        "closed_on": sede.closed_on and sede.closed_on.isoformat(),
    }


def _record(*, by: Any, event: Event, sede: Sede, before: dict[str, Any], reason: str = "") -> None:
    after = _state(sede)
    record(by=by, event=event, obj=sede, entity=sede.entity, before=before, after=after, reason=reason)


def _next_code() -> str:
    """A code that nobody has had or will have; raises Refused after the last one."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT next_prov_code()")
            ((code,),) = cursor.fetchall()
    except DataError as error:
        if getattr(error.__cause__, "sqlstate", None) != SEQUENCE_IS_EMPTY:
            raise
        raise Refused(NO_CODES_LEFT) from None
    return str(code)


def _make(*, by: Any, entity: Entity, details: SedeDetails, is_main: bool = False, key: UUID | None = None) -> Sede:
    # the code is drawn last: what is refused before costs the provider no number between two of its sedes
    sede = Sede.objects.create(
        entity=entity,
        code=_next_code(),
        name=details.name,
        phone=details.phone,
        address=details.address,
        municipality_id=details.municipality_id,
        is_main=is_main,
        form_key=key,
    )
    _record(by=by, event=Event.SEDE_CREATED, sede=sede, before={})
    return sede


def _lock_kept_here(sede: Sede) -> Sede:
    """The sede as it is now, locked; raises Refused for one that REPS keeps."""
    refuse(keeping_refusal(sede))
    return lock(sede, no_key=True)


def _warn(similar: list[Sede], seen: Collection[str]) -> None:
    if {sede.code for sede in similar} - set(seen):
        raise SimilarFound(similar)


@transaction.atomic
def create_main_sede(*, by: Any, entity: Entity, details: SedeDetails) -> Sede:
    """The initial record of a Proveedor or a Proveedor Persona Natural, with a code of its own; made once.

    Registration calls it (`by` None for a command). Returns the one that exists when there is one already; raises
    Refused when there are no codes left.
    """
    entity = lock(entity, no_key=True)
    made = entity.sedes.filter(is_main=True).first()
    return made or _make(by=by, entity=entity, details=details, is_main=True)


@transaction.atomic
def create_sede(*, by: Any, details: SedeDetails, key: UUID, seen: Collection[str] = ()) -> Sede:
    """ "Crear Sede" (manual v4.1 §11.6): a new sede of the delegate's provider, with the next code.

    `key` is the form's own: a form creates one sede however often it is sent; with other data it is Refused. `seen`
    are the codes of the similar sedes that the delegate has looked at; SimilarFound is raised for any other.
    Raises Refused when there are no codes left. Nothing is saved then.
    """
    entity: Entity = lock(by.entity, no_key=True)
    made = entity.sedes.filter(form_key=key).first()
    if made is not None:
        if SedeDetails.of(made) != details:
            raise Refused(used_form_refusal(made))
        return made
    _warn(list(similar_sedes(entity, details).select_related("municipality")), seen)
    return _make(by=by, entity=entity, details=details, key=key)


@transaction.atomic
def edit_sede(*, by: Any, sede: Sede, details: SedeDetails, fingerprint: str, seen: Collection[str] = ()) -> bool:
    """Give a sede these details; whether anything changed.

    `fingerprint` is that of the details the page showed: when others are kept by now, Refused is raised, unless they
    are the wanted ones already (a double click). `seen` as in `create_sede`.
    """
    sede = _lock_kept_here(sede)
    present = SedeDetails.of(sede)
    if present == details:
        return False
    if present.fingerprint != fingerprint:
        raise Refused(CHANGED_ELSEWHERE)
    _warn(list(similar_sedes(sede.entity, details, besides=sede).select_related("municipality")), seen)
    before = _state(sede)
    sede.name, sede.phone, sede.address = details.name, details.phone, details.address
    sede.municipality_id = details.municipality_id
    sede.save(update_fields=["name", "phone", "address", "municipality"])
    _record(by=by, event=Event.SEDE_EDITED, sede=sede, before=before)
    return True


@transaction.atomic
def disable_sede(*, by: Any, sede: Sede, seen: SedeUse, reason: str = "") -> bool:
    """Close a sede to new users from now on; whether it was open.

    The roles that people hold there stay until they end or are taken away. `seen` is the use that the page told:
    with another one by now Refused is raised and the sede stays as it is. `reason` is the Ministry's, where it acts.
    """
    sede = _lock_kept_here(sede)
    if sede.closed_on is not None:
        return False
    if SedeUse.of(sede) != seen:
        raise Refused(USERS_CHANGED)
    before = _state(sede)
    sede.closed_on = timezone.localdate(clock.now())
    sede.save(update_fields=["closed_on"])
    _record(by=by, event=Event.SEDE_DISABLED, sede=sede, before=before, reason=reason)
    return True


@transaction.atomic
def enable_sede(*, by: Any, sede: Sede, reason: str = "") -> bool:
    """Open a disabled sede to users again; whether it was closed. `reason` is the Ministry's, where it acts."""
    sede = _lock_kept_here(sede)
    if sede.closed_on is None:
        return False
    before = _state(sede)
    sede.closed_on = None
    sede.save(update_fields=["closed_on"])
    _record(by=by, event=Event.SEDE_ENABLED, sede=sede, before=before, reason=reason)
    return True
