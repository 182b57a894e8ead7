"""Keep an uploaded workbook with its verdicts, and apply it once: whole, or its correct rows."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Account, Person
from entities.models import Entity
from mipres_admin.database import clock
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.formatting import format_moment
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refusal, Refused
from roles import role_changes
from roles.actions.role_assignments import held_by, save_deeds, tenant
from roles.events import Event
from roles.models import RoleUpload
from roles.role_changes import Deed, Held
from roles.uploads.files import SheetRow
from roles.uploads.validation import RowResult, Verdict, describe, refusal_text, users_of, validate_rows
from roles.validity import Validity

KEPT_DAYS = 7
CHANGED_SINCE = "Cambió desde la vista previa. Cargue de nuevo el archivo para ver cómo está ahora."


def _written(row: SheetRow, result: RowResult) -> dict[str, Any]:
    """How a row and its verdict are kept."""
    return asdict(row) | {
        "verdict": result.verdict.value,
        "reason": result.reason,
        "before": result.before,
        "words": describe(result),
    }


def counts_of(upload: RoleUpload) -> dict[str, int]:
    """How many rows have each verdict, in the order of the page."""
    found = Counter(row["verdict"] for row in upload.rows)
    return {verdict.value: found[verdict] for verdict in Verdict}


@transaction.atomic
def make_upload(*, by: Account, file_name: str, sha256: str, rows: Sequence[SheetRow]) -> RoleUpload:
    """Validate the rows of a workbook and keep them for the preview; no role changes.

    Uploads older than `KEPT_DAYS` go, whoever made them: they hold personal data (Ley 1581 de 2012).
    """
    entity = tenant(by)
    RoleUpload.objects.filter(made_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
    results = validate_rows(entity, rows)
    return RoleUpload.objects.create(
        entity=entity,
        made_by=by,
        file_name=file_name[-255:],
        sha256=sha256,
        rows=[_written(row, result) for row, result in zip(rows, results, strict=True)],
    )


def _already_applied(upload: RoleUpload) -> Refusal:
    return Refusal(
        headline="El archivo ya se aplicó",
        cause=f"{upload.applied_by} lo aplicó el {format_moment(upload.applied_at)}.",
        remedy="No se repitió nada. Si hace falta otro cambio, cargue un archivo nuevo.",
        who="Usted, como delegado.",
    )


def _with_errors(number: int) -> Refusal:
    return Refusal(
        headline="No se aplicó nada",
        cause=f"Filas con error: {number}. «Aplicar todo» solo procede cuando no hay ninguna.",
        remedy="Corrija esas filas en el Excel y cárguelo de nuevo, o aplique solo las filas correctas.",
        who="Usted, como delegado.",
    )


def _revalidated(entity: Entity, kept: Sequence[dict[str, Any]]) -> list[RowResult]:
    """The verdicts of now, under the locks of users and sedes; what was to be done and changed is an error."""
    rows = [SheetRow(row["line"], row["texts"]) for row in kept]
    # in one order for everybody, so that two files, or a file and a load, never wait for each other
    entity.sedes.all().hold_states()
    lock_rows(users_of(rows).values_list("pk"))
    now = []
    for row, result in zip(kept, validate_rows(entity, rows), strict=True):
        same = (row["verdict"], row["before"]) == (result.verdict.value, result.before)
        changed = row["verdict"] != Verdict.ERROR and result.verdict != Verdict.ERROR and not same
        now.append(RowResult(result.line, Verdict.ERROR, CHANGED_SINCE) if changed else _why(row, result))
    return now


def _why(kept: dict[str, Any], result: RowResult) -> RowResult:
    """A row that was good and is no longer says both: that it changed and what is wrong now."""
    if result.verdict == Verdict.ERROR and kept["verdict"] != Verdict.ERROR:
        return RowResult(result.line, Verdict.ERROR, f"{CHANGED_SINCE} {result.reason}")
    if result.verdict != Verdict.ERROR and kept["verdict"] == Verdict.ERROR:
        return RowResult(result.line, Verdict.ERROR, kept["reason"])
    return result


def _deed(result: RowResult, held: Held, *, by: Account, now: datetime) -> Deed | None:
    """What one row asks for, decided as on the screens, or None for nothing. Raises Refused."""
    row, activation = result.row, result.activation
    if row is None or activation is None:
        return None
    match result.verdict:
        case Verdict.GIVE:
            return role_changes.give(activation, held, {row.role}, Validity(row.first, row.last), by=by, now=now)
        case Verdict.MOVE:
            return role_changes.move(activation, held, row.role, row.last)
        case Verdict.END:
            return role_changes.take(activation, held, row.role, by=by, now=now)
    return None


def _notify(entity: Entity, done: Sequence[RowResult]) -> None:
    """One mail to each person, however many rows were theirs."""
    changes: dict[Person, list[dict[str, Any]]] = defaultdict(list)
    for result in done:
        if result.activation is not None:
            line = {"verdict": result.verdict.label, "row": result.row, "sede": result.activation.sede}
            changes[result.activation.user.person].append(line)
    for person, lines in changes.items():
        notify(person, "roles_uploaded", entity=entity, lines=lines)


@dataclass
class Decided:
    """The rows of a file as they ended, and the deeds of those that change something."""

    verdicts: list[RowResult]
    role_changes: list[tuple[RowResult, Deed]]


def _decide(by: Account, results: Sequence[RowResult]) -> Decided:
    """Decide the rows in order, each on what those before it leave; a row that is refused is an error."""
    activations = [result.activation for result in results if result.activation is not None]
    now = clock.now()
    held = held_by({each.user for each in activations}, {each.sede for each in activations if each.sede}, now)
    decided = Decided([], [])
    for row in results:
        place = (row.activation.user.pk, row.activation.sede.pk) if row.activation and row.activation.sede else (0, 0)
        try:
            deed = _deed(row, held[place], by=by, now=now)
        except Refused as refused:
            row = RowResult(row.line, Verdict.ERROR, refusal_text(refused.refusal))
        else:
            if deed and deed.change:
                held[place] = deed.after
                decided.role_changes.append((row, deed))
        decided.verdicts.append(row)
    return decided


def _do_all(by: Account, entity: Entity, decided: Decided) -> None:
    """Save the deeds of a file, each with its row of history, and tell the persons."""
    save_deeds(by=by, decided=[deed for _, deed in decided.role_changes])
    _notify(entity, [result for result, _ in decided.role_changes])


def _keep(upload: RoleUpload, verdicts: Sequence[RowResult], *, also: Sequence[str] = ()) -> None:
    upload.rows = [
        _written(SheetRow(row["line"], row["texts"]), result) for row, result in zip(upload.rows, verdicts, strict=True)
    ]
    upload.save(update_fields=["rows", *also])


def _errors(verdicts: Sequence[RowResult]) -> int:
    return sum(result.verdict == Verdict.ERROR for result in verdicts)


def _lock_unapplied(upload: RoleUpload) -> RoleUpload:
    """The upload as it is now, locked; a second click waits here and finds it applied."""
    held = lock(upload)
    if held.state == RoleUpload.State.APPLIED:
        raise Refused(_already_applied(held))
    return held


def apply_upload(*, by: Account, upload: RoleUpload, mode: str) -> RoleUpload:
    """Apply a previewed workbook once, and return it with what became of each row.

    Every row is validated again under the locks of its users and decided as on the screens (`role_changes`); what
    is decided is saved at once.
    `Mode.ALL` does all or nothing; `Mode.GOOD` leaves the wrong rows out. Raises Refused when it is applied already,
    or when all is asked and a row is wrong: no role changes, and the preview shows the reasons of now.
    """
    wrong: list[RowResult] = []
    try:
        with transaction.atomic():
            upload = _lock_unapplied(upload)
            if upload.entity_id != tenant(by).pk:
                raise Refused(_not_yours())
            decided = _decide(by, _revalidated(upload.entity, upload.rows))
            if mode == RoleUpload.Mode.ALL and _errors(decided.verdicts):
                wrong = decided.verdicts
                raise Refused(_with_errors(_errors(wrong)))
            _do_all(by, upload.entity, decided)
            return _applied(by=by, upload=upload, mode=mode, verdicts=decided.verdicts)
    except Refused:
        if wrong:
            _keep_reasons(upload, wrong)
        raise


def _applied(*, by: Account, upload: RoleUpload, mode: str, verdicts: Sequence[RowResult]) -> RoleUpload:
    """Write down that the file was applied: on itself, and one row of history with numbers, no personal data."""
    upload.state, upload.mode = RoleUpload.State.APPLIED, mode
    upload.applied_by, upload.applied_at = by, timezone.now()
    _keep(upload, verdicts, also=["state", "mode", "applied_by", "applied_at"])
    after = {"sha256": upload.sha256, "mode": mode, "rows": counts_of(upload)}
    record(by=by, event=Event.ROLES_UPLOADED, obj=upload, entity=upload.entity, after=after)
    return upload


@transaction.atomic
def _keep_reasons(upload: RoleUpload, verdicts: Sequence[RowResult]) -> None:
    """After all was taken back, the preview still says why; unless somebody has applied the file meanwhile."""
    held = lock(upload)
    if held.state == RoleUpload.State.PREVIEWED:
        _keep(held, verdicts)


def _not_yours() -> Refusal:
    return Refusal(cause="El archivo no es de su entidad.", remedy="Cargue el archivo de su entidad.", who="Usted.")
