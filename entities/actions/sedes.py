"""Create, edit, disable and enable the sedes of a provider."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import DataError, connection, transaction
from django.utils import timezone

from entities.events import Event
from entities.models import Entity, Sede, SedeQuerySet
from entities.rules.sedes import (
    CHANGED_ELSEWHERE,
    NO_CODES_LEFT,
    USERS_CHANGED,
    SedeDetails,
    SedeUse,
    provider_refusal,
    reused_form_refusal,
    similar_sedes,
)
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.refusals import Refused, refuse

SEQUENCE_IS_EMPTY = "2200H"


class SimilarFound(Exception):
    """Nothing was saved: these sedes look like the new one, and the delegate has not confirmed that they are others."""

    def __init__(self, sedes: list[Sede]) -> None:
        super().__init__(len(sedes))
        self.sedes = sedes


def _state(sede: Sede) -> dict[str, Any]:
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
    """A code that was never used; raises Refused after the last one."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT next_prov_code()")
            ((code,),) = cursor.fetchall()
    except DataError as error:
        if getattr(error.__cause__, "sqlstate", None) != SEQUENCE_IS_EMPTY:
            raise
        raise Refused(NO_CODES_LEFT) from None
    return str(code)


def _create(*, by: Any, entity: Entity, details: SedeDetails, is_main: bool = False, key: UUID | None = None) -> Sede:
    # the code is taken last, so that a refusal uses none
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


def _lock_editable(sede: Sede) -> Sede:
    """The sede as it is now, locked; raises Refused for one of REPS."""
    refuse(provider_refusal(sede))
    return lock(sede, no_key=True)


def _check_similar(similar: SedeQuerySet, confirmed_codes: Collection[str]) -> None:
    sedes = list(similar.select_related("municipality"))
    if {sede.code for sede in sedes} - set(confirmed_codes):
        raise SimilarFound(sedes)


@transaction.atomic
def create_main_sede(*, by: Any, entity: Entity, details: SedeDetails) -> Sede:
    """Create the initial record of a Proveedor or a Proveedor Persona Natural, or return the existing one.

    Registration calls it (`by` None for a command). Raises Refused when there are no codes left.
    """
    entity = lock(entity, no_key=True)
    return entity.sedes.filter(is_main=True).first() or _create(by=by, entity=entity, details=details, is_main=True)


@transaction.atomic
def create_sede(*, by: Any, details: SedeDetails, key: UUID, confirmed_codes: Collection[str] = ()) -> Sede:
    """ "Crear Sede" (manual v4.1 §11.6): a new sede of the delegate's provider, with the next code.

    A form, known by its `key`, creates one sede however often it is sent. `confirmed_codes` are those of similar sedes
    that the delegate says are others. Raises SimilarFound for any other similar sede, Refused when the form comes again
    with other data or there are no codes left. Nothing is saved then.
    """
    entity: Entity = lock(by.entity, no_key=True)
    existing = entity.sedes.filter(form_key=key).first()
    if existing is not None:
        if SedeDetails.of(existing) != details:
            raise Refused(reused_form_refusal(existing))
        return existing
    _check_similar(similar_sedes(entity, details), confirmed_codes)
    return _create(by=by, entity=entity, details=details, key=key)


@transaction.atomic
def edit_sede(
    *, by: Any, sede: Sede, details: SedeDetails, fingerprint: str, confirmed_codes: Collection[str] = ()
) -> bool:
    """Give a sede these details; whether anything changed.

    `fingerprint` is that of the details on the page. Raises Refused when the sede has changed since, unless it has
    these details already (a double click), and SimilarFound as `create_sede` does.
    """
    sede = _lock_editable(sede)
    current = SedeDetails.of(sede)
    if current == details:
        return False
    if current.fingerprint != fingerprint:
        raise Refused(CHANGED_ELSEWHERE)
    _check_similar(similar_sedes(sede.entity, details, edited=sede), confirmed_codes)
    before = _state(sede)
    sede.name, sede.phone, sede.address = details.name, details.phone, details.address
    sede.municipality_id = details.municipality_id
    sede.save(update_fields=["name", "phone", "address", "municipality"])
    _record(by=by, event=Event.SEDE_EDITED, sede=sede, before=before)
    return True


@transaction.atomic
def disable_sede(*, by: Any, sede: Sede, expected_use: SedeUse, reason: str = "") -> bool:
    """Close a sede to new users from now on; whether it was open.

    The roles that users have there stay. `expected_use` is what the page showed: Refused is raised when it is another
    one by now. `reason` is the Ministry's, when it disables the sede.
    """
    sede = _lock_editable(sede)
    if sede.closed_on is not None:
        return False
    if SedeUse.of(sede) != expected_use:
        raise Refused(USERS_CHANGED)
    before = _state(sede)
    sede.closed_on = timezone.localdate(clock.now())
    sede.save(update_fields=["closed_on"])
    _record(by=by, event=Event.SEDE_DISABLED, sede=sede, before=before, reason=reason)
    return True


@transaction.atomic
def enable_sede(*, by: Any, sede: Sede, reason: str = "") -> bool:
    """Open a disabled sede to users again; whether it was closed. `reason` is the Ministry's, when it enables it."""
    sede = _lock_editable(sede)
    if sede.closed_on is None:
        return False
    before = _state(sede)
    sede.closed_on = None
    sede.save(update_fields=["closed_on"])
    _record(by=by, event=Event.SEDE_ENABLED, sede=sede, before=before, reason=reason)
    return True
