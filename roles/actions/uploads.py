"""Store an uploaded workbook with what its rows would do, and apply it once: whole, or its correct rows."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Account, Person
from entities.models import Entity, Sede
from mipres_admin.database import clock
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.formatting import format_moment
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.reading.text import clean_file_name
from mipres_admin.refusals import Refusal, Refused, refuse
from roles import role_changes
from roles.actions.lookup import HOUR, LookupsExceeded, count_lookups
from roles.actions.role_assignments import current_assignments, save_changes
from roles.events import Event
from roles.models import RoleUpload
from roles.registry_lookup import Document
from roles.role_changes import Assignments, Place, RoleChange
from roles.rules import DELEGATE, Activation
from roles.uploads.rows import ENTITY, RequestedRow, entity_text, names_another
from roles.uploads.validation import (
    RowResult,
    Verdict,
    looked_up,
    refusal_text,
    users_of,
    validate_rows,
)
from roles.uploads.workbook_reader import SheetRow
from roles.validity import Validity

KEPT_DAYS = 7
CHANGED_SINCE = "Cambió desde la vista previa. Cargue de nuevo el archivo para ver cómo está ahora."
NOT_YOURS = Refusal(cause="El archivo no es de su entidad.", remedy="Cargue el archivo de su entidad.", who="Usted.")


def counts_of(upload: RoleUpload) -> dict[str, int]:
    """How many rows have each verdict, in the order of the page."""
    counts = Counter(row["verdict"] for row in upload.rows)
    return {verdict.value: counts[verdict] for verdict in Verdict}


@transaction.atomic
def make_upload(*, by: Account, file_name: str, sha256: str, rows: Sequence[SheetRow]) -> RoleUpload:
    """Validate the rows of a workbook and store them for the preview, with an event of numbers; no role changes.

    Each person without a tie to the entity counts as a search by document, except those of the account's last file of
    this hour, so that a file may be corrected. Raises Refused, with nothing saved or told, when they are more than the
    limit leaves, or a row names another entity. All uploads older than `KEPT_DAYS` are deleted: they hold personal
    data (Ley 1581 de 2012).
    """
    entity = by.require_entity()
    refuse(_foreign_file(entity, rows))
    RoleUpload.objects.filter(made_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
    stored = [result.as_json() for result in validate_rows(entity, rows)]
    people = looked_up(entity, stored) - _previewed_lately(by)
    try:
        count_lookups(by=by, number=len(people))
    except LookupsExceeded as exceeded:
        raise Refused(_too_many_people(len(people), exceeded.left)) from None
    upload = RoleUpload.objects.create(
        entity=entity,
        made_by=by,
        file_name=clean_file_name(file_name)[-255:].lstrip(),
        sha256=sha256,
        rows=stored,
    )
    after = {"sha256": sha256, "rows": counts_of(upload), "looked_up": len(people)}
    record(by=by, event=Event.ROLES_PREVIEWED, obj=upload, entity=entity, after=after)
    return upload


def _foreign_file(entity: Entity, rows: Sequence[SheetRow]) -> Refusal | None:
    """Why a file is not of the entity: an IPS and its Proveedor share sedes, so their codes do not tell."""
    row = next((row for row in rows if names_another(row.texts, entity)), None)
    if row is None:
        return None
    return Refusal(
        headline="El archivo es de otra entidad",
        cause=f"En la fila {row.line}, {ENTITY} dice «{row.texts[ENTITY]}», y usted trabaja por {entity.name}, "
        f"{entity_text(entity)}.",
        remedy="No se validó ninguna fila. Cárguelo desde esa entidad, o descargue el Excel de esta con «Descargar "
        f"Datos». Si las filas son para esta entidad, deje en blanco {ENTITY} y cárguelo de nuevo.",
        who=DELEGATE,
    )


def _previewed_lately(by: Account) -> set[Document]:
    """The people whom the last file of the account within the hour looked up."""
    uploads = RoleUpload.objects.filter(made_by=by, entity=by.entity, made_at__gt=timezone.now() - HOUR)
    last = uploads.order_by("-pk").first()
    return looked_up(by.require_entity(), last.rows) if last else set()


def _too_many_people(number: int, left: int) -> Refusal:
    if left:
        remedy = (
            f"Deje en el archivo máximo {left} de esas personas y cárguelo de nuevo; las demás, en la próxima hora."
        )
    else:
        remedy = "Espere a que empiece la próxima hora y cárguelo de nuevo."
    return Refusal(
        headline="Demasiadas personas sin vínculo con su entidad",
        cause=f"El archivo tiene {number} personas sin roles en su entidad, ni ahora ni en los últimos seis meses. "
        f"Cada una cuenta como una búsqueda por documento, y cada cuenta puede hacer {settings.LOOKUPS_PER_HOUR} por "
        f"hora; ahora le quedan {left}.",
        remedy=f"No se validó ninguna fila. {remedy}",
        who=DELEGATE,
    )


def _already_applied(upload: RoleUpload) -> Refusal:
    return Refusal(
        headline="El archivo ya se aplicó",
        cause=f"{upload.applied_by} lo aplicó el {format_moment(upload.applied_at)}.",
        remedy="No se repitió nada. Si hace falta otro cambio, cargue un archivo nuevo.",
        who=DELEGATE,
    )


def _with_errors(number: int) -> Refusal:
    return Refusal(
        headline="No se aplicó nada",
        cause=f"Filas con error: {number}. «Aplicar todo» solo procede cuando no hay ninguna.",
        remedy="Corrija esas filas en el Excel y cárguelo de nuevo, o aplique solo las filas correctas.",
        who=DELEGATE,
    )


def _revalidate(entity: Entity, stored: Sequence[dict[str, Any]]) -> list[RowResult]:
    """The results of now, under the locks of sedes and users; a row that is not as in the preview is an error."""
    rows = [SheetRow(row["line"], row["texts"]) for row in stored]
    # always in one order, so that two files, or a file and a load, never wait for each other
    Sede.objects.visible_to(entity).lock_states()
    lock_rows(users_of(entity, rows).values_list("pk"))
    return [_since_preview(row, result) for row, result in zip(stored, validate_rows(entity, rows), strict=True)]


def _since_preview(stored: dict[str, Any], result: RowResult) -> RowResult:
    """The result of now when it is that of the preview, else an error; one that the preview had stays."""
    was_wrong, is_wrong = stored["verdict"] == Verdict.ERROR, result.verdict == Verdict.ERROR
    if was_wrong:
        return result if is_wrong else RowResult.error(result.sheet_row, stored["reason"])
    if is_wrong:
        return RowResult.error(result.sheet_row, f"{CHANGED_SINCE} {result.reason}")
    same = (stored["verdict"], stored["before"]) == (result.verdict, result.before)
    return result if same else RowResult.error(result.sheet_row, CHANGED_SINCE)


def _decide(by: Account, results: Sequence[RowResult]) -> list[RowResult]:
    """The rows with their changes, each decided on what those before it leave; a row that is refused is an error."""
    activations = [result.activation for result in results if result.activation]
    users, sedes = {item.user for item in activations}, {item.sede for item in activations if item.sede}
    now = clock.now()
    assignments = current_assignments(users, sedes, now)
    return [_decide_row(result, assignments, by=by, now=now) for result in results]


def _decide_row(result: RowResult, assignments: dict[Place, Assignments], *, by: Account, now: datetime) -> RowResult:
    """One row with its change, if any, which `assignments` have from then on."""
    row, activation = result.request, result.activation
    if row is None or activation is None or activation.sede is None:
        return result
    place = activation.entity.pk, activation.user.pk, activation.sede.pk
    try:
        change = _change(result.verdict, row, activation, assignments[place], by=by, now=now)
    except Refused as refused:
        return RowResult.error(result.sheet_row, refusal_text(refused.refusal))
    if not change:
        return result
    assignments[place] = change.after
    return replace(result, change=change)


def _change(
    verdict: Verdict, row: RequestedRow, activation: Activation, assignments: Assignments, *, by: Account, now: datetime
) -> RoleChange | None:
    """What one row requests, decided as on the pages, or None for nothing. Raises Refused."""
    match verdict:
        case Verdict.GRANT:
            validity = Validity(row.first, row.last)
            return role_changes.grant(activation, assignments, {row.role}, validity, by=by, now=now)
        case Verdict.RESCHEDULE:
            return role_changes.reschedule(activation, assignments, row.role, row.last)
        case Verdict.REVOKE:
            return role_changes.revoke(activation, assignments, row.role, by=by, now=now)
    return None


def _notify(entity: Entity, results: Sequence[RowResult]) -> None:
    """One mail to each person, however many rows are theirs."""
    by_person: dict[Person, list[RowResult]] = defaultdict(list)
    for result in results:
        if result.change:
            by_person[result.change.user.person].append(result)
    for person, rows in by_person.items():
        notify(person, "roles_uploaded", entity=entity, rows=rows)


def _store(upload: RoleUpload, results: Sequence[RowResult]) -> None:
    upload.rows = [result.as_json() for result in results]
    upload.save()


def apply_upload(*, by: Account, upload: RoleUpload, mode: str) -> RoleUpload:
    """Apply a previewed workbook once, and return it with what became of each row.

    Every row is validated again under the locks of its users and decided as on the pages (`role_changes`); all
    changes are saved at once. `Mode.ALL` does all or nothing; `Mode.GOOD` leaves the wrong rows out. Raises Refused
    when it is applied already, or for `Mode.ALL` with a wrong row: no role changes, and the preview shows the reasons
    of now.
    """
    with transaction.atomic():
        # a second click waits here and finds it applied
        upload = lock(upload)
        if upload.state == RoleUpload.State.APPLIED:
            raise Refused(_already_applied(upload))
        if upload.entity_id != by.require_entity().pk:
            raise Refused(NOT_YOURS)
        results = _decide(by, _revalidate(upload.entity, upload.rows))
        errors = sum(result.verdict == Verdict.ERROR for result in results)
        is_refused = bool(errors) and mode == RoleUpload.Mode.ALL
        if is_refused:
            _store(upload, results)
        else:
            _apply(by, upload, mode, results)
    if is_refused:
        raise Refused(_with_errors(errors))
    return upload


def _apply(by: Account, upload: RoleUpload, mode: str, results: Sequence[RowResult]) -> None:
    """Save the changes with their events, and one event of the file with numbers only, no personal data."""
    save_changes(by=by, changes=[result.change for result in results if result.change])
    _notify(upload.entity, results)
    upload.state, upload.mode = RoleUpload.State.APPLIED, mode
    upload.applied_by, upload.applied_at = by, timezone.now()
    _store(upload, results)
    after = {"sha256": upload.sha256, "mode": mode, "rows": counts_of(upload)}
    record(by=by, event=Event.ROLES_UPLOADED, obj=upload, entity=upload.entity, after=after)
