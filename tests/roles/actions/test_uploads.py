"""Is an uploaded workbook applied once, whole or its correct rows, with history and mails?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles import role_changes
from roles.actions import uploads as actions
from roles.actions.lookup import look_up_user
from roles.models import RoleAssignment, RoleUpload
from roles.validity import midnight, today
from tests.factories import make_assignment, make_sede, make_user
from tests.roles.workbooks import apply, current_roles, in_days, reason, row, upload, verdicts

pytestmark = pytest.mark.django_db
PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"
DAY = timedelta(days=1)


# ---------------------------------------------------------------- the round trip


def test_alta_cambio_and_baja_are_applied(delegate, sede, user, staffed):
    file = upload(
        delegate,
        row(user, sede, ANULADOR, last=in_days(30)),
        row(user, sede, JUNTA, first=in_days(0)),
        row(user, sede, PRESCRIPTOR, first=in_days(-5), state="Terminado"),
        row(staffed, sede, ANULADOR, first=in_days(3), last=in_days(5)),
    )
    assert verdicts(file) == ["alta", "cambio", "baja", "cambio"]
    apply(delegate, file)
    own = {(item.user_id, item.role): item.last_day for item in RoleAssignment.objects.not_ended()}
    assert own == {
        (user.pk, ANULADOR): today() + 30 * DAY,
        (user.pk, JUNTA): None,
        (staffed.pk, ANULADOR): today() + 5 * DAY,
        (staffed.pk, JUNTA): None,
    }


def test_the_same_file_again_changes_nothing(delegate, sede, user, staffed):
    rows = [
        row(user, sede, ANULADOR, last=in_days(30)),
        row(user, sede, JUNTA),
        row(user, sede, PRESCRIPTOR, first=in_days(-5), state="Terminado"),
        row(staffed, sede, ANULADOR, first=in_days(3), state="Terminado"),
    ]
    apply(delegate, upload(delegate, *rows))
    assert verdicts(upload(delegate, *rows)) == ["igual"] * 4


def test_rows_absent_from_the_file_are_left_alone(delegate, sede, user, staffed):
    before = current_roles()
    apply(delegate, upload(delegate, row(user, sede, PRESCRIPTOR)))
    assert current_roles() == before


# ---------------------------------------------------------------- applying


def test_all_or_nothing_with_an_error_changes_nothing(delegate, sede, user):
    file = upload(delegate, row(user, sede, ANULADOR), row(user, sede, "Rol_Admision"))
    with pytest.raises(Refused):
        apply(delegate, file)
    assert not RoleAssignment.objects.exists()
    assert not HistoryEntry.objects.exclude(event="roles.previewed").exists()


def test_all_or_nothing_saves_nothing_when_a_row_is_refused(delegate, sede, user, monkeypatch):
    file = upload(delegate, row(user, sede, ANULADOR), row(user, sede, JUNTA))
    real = role_changes.grant

    def second_fails(activation, assignments, roles, *rest, **more):
        if roles == {JUNTA}:
            raise Refused(actions._with_errors(1))
        return real(activation, assignments, roles, *rest, **more)

    monkeypatch.setattr(role_changes, "grant", second_fails)
    with pytest.raises(Refused):
        apply(delegate, file)
    assert not RoleAssignment.objects.exists()
    file.refresh_from_db()
    assert (file.state, verdicts(file)) == ("previewed", ["alta", "error"])


def test_only_the_good_rows_can_be_applied(delegate, sede, user):
    file = apply(delegate, upload(delegate, row(user, sede, ANULADOR), row(user, sede, "Rol_Admision")), "correctas")
    assert current_roles() == [(ANULADOR, None)]
    assert verdicts(file) == ["alta", "error"]


def test_row_whose_role_changed_since_the_preview_is_an_error(delegate, sede, user, staffed):
    file = upload(delegate, row(user, sede, PRESCRIPTOR, last=in_days(4)), row(user, sede, ANULADOR))
    RoleAssignment.objects.filter(role=PRESCRIPTOR).update(ends_at=midnight(today() + 2 * DAY))
    file = apply(delegate, file, "correctas")
    assert verdicts(file) == ["error", "alta"]
    assert "Cambió desde la vista previa" in file.rows[0]["reason"]


def test_row_refused_since_the_preview_says_why(delegate, sede, user):
    make_assignment(user, sede, JUNTA, delegate)
    file = upload(delegate, row(user, sede, ANULADOR))
    user.person.deceased_on = today()
    user.person.save()
    file = apply(delegate, file, "correctas")
    assert "Cambió desde la vista previa" in reason(file)
    assert "fallecida" in reason(file)


def test_a_row_that_was_wrong_in_the_preview_is_never_applied_unseen(delegate, ips, user):
    sede = make_sede(ips, closed_on=today())
    file = upload(delegate, row(user, sede, ANULADOR))
    sede.closed_on = None
    sede.save()
    apply(delegate, file, "correctas")
    assert not RoleAssignment.objects.exists()


def test_second_apply_is_refused(delegate, colleague, sede, user):
    file = upload(delegate, row(user, sede, ANULADOR))
    apply(delegate, file)
    with pytest.raises(Refused) as second:
        apply(colleague, file)
    assert second.value.refusal.headline == "El archivo ya se aplicó"


@pytest.mark.django_db(transaction=True)
def test_two_applies_at_once_do_it_once(delegate, colleague, sede, user):
    file, start = upload(delegate, row(user, sede, ANULADOR), row(user, sede, JUNTA)), Barrier(2)

    def click(by):
        try:
            start.wait(10)
            return bool(apply(by, file))
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, [delegate, colleague])) == [False, True]
    assert RoleAssignment.objects.count() == 2
    assert HistoryEntry.objects.filter(event="roles.uploaded").count() == 1


def test_an_upload_of_another_entity_is_not_applied(delegate, stranger, sede, user):
    with pytest.raises(Refused):
        apply(stranger, upload(delegate, row(user, sede, ANULADOR)))


def test_applying_records_one_event_and_one_for_each_change(delegate, sede, user, staffed):
    apply(delegate, upload(delegate, row(user, sede, ANULADOR), row(user, sede, PRESCRIPTOR, state="Terminado")))
    events = list(HistoryEntry.objects.order_by("id").values_list("event", flat=True))
    assert events == ["roles.previewed", "roles.given", "roles.changed", "roles.uploaded"]
    after = HistoryEntry.objects.latest("id").after
    assert (after["rows"]["alta"], after["rows"]["baja"], after["mode"]) == (1, 1, "todo")
    assert user.person.document_number not in str(after)


def test_ending_the_last_role_at_a_sede_is_written_as_a_deactivation(delegate, sede, user):
    make_assignment(user, sede, ANULADOR, delegate)
    apply(delegate, upload(delegate, row(user, sede, ANULADOR, state="Terminado")))
    assert HistoryEntry.objects.filter(event="roles.ended").exists()


def test_each_person_gets_one_mail(delegate, ips, sede, user, delivered):
    rows = [row(user, place, role) for place in (sede, make_sede(ips)) for role in (ANULADOR, JUNTA)]
    apply(delegate, upload(delegate, *rows))
    assert [message.to for message in delivered()] == [[user.person.email]]
    assert delivered()[0].body.count("Alta:") == 4


# ---------------------------------------------------------------- people without a tie to the entity


def strangers(sede, number):
    return [row(make_user(), sede, ANULADOR) for _ in range(number)]


def test_a_person_without_tie_counts_once_as_a_lookup(delegate, sede, user, settings):
    settings.LOOKUPS_PER_HOUR = 2
    (other,) = strangers(sede, 1)
    upload(delegate, row(user, sede, ANULADOR), row(user, sede, JUNTA), other, {"NÚMERO DOCUMENTO": "x"})
    with pytest.raises(Refused):
        look_up_user(by=delegate, document_type="CC", document_number="99999999")


def test_unregistered_documents_count_as_lookups(delegate, sede, user, settings):
    settings.LOOKUPS_PER_HOUR = 2
    rows = [row(user, sede, ANULADOR, **{"NÚMERO DOCUMENTO": str(number)}) for number in range(990_000, 990_003)]
    with pytest.raises(Refused):
        upload(delegate, *rows)


def test_too_many_people_without_tie_are_refused_whole(delegate, sede, user, settings):
    settings.LOOKUPS_PER_HOUR = 3
    look_up_user(by=delegate, document_type="CC", document_number="99999999")
    with pytest.raises(Refused) as refused:
        upload(delegate, *strangers(sede, 3))
    assert "le quedan 2" in refused.value.refusal.cause
    assert "máximo 2 de esas personas" in refused.value.refusal.remedy
    assert not RoleUpload.objects.exists()
    # what was refused has not been counted
    upload(delegate, *strangers(sede, 2))


def test_a_file_after_the_last_lookup_says_to_wait(delegate, sede, settings):
    settings.LOOKUPS_PER_HOUR = 1
    upload(delegate, *strangers(sede, 1))
    with pytest.raises(Refused) as refused:
        upload(delegate, *strangers(sede, 1))
    assert "Espere a que empiece la próxima hora" in refused.value.refusal.remedy


def test_the_corrected_file_counts_new_people_only(delegate, colleague, sede, settings):
    settings.LOOKUPS_PER_HOUR = 2
    first, second, third = strangers(sede, 3)
    upload(delegate, first)
    upload(delegate, first, second)
    with pytest.raises(Refused):
        upload(delegate, first, second, third)


def test_people_of_the_entity_now_or_lately_do_not_count(delegate, sede, user, settings):
    settings.LOOKUPS_PER_HOUR = 0
    former, now = make_user(), timezone.now()
    make_assignment(user, sede, JUNTA, delegate)
    make_assignment(former, sede, JUNTA, delegate, starts_at=now - 99 * DAY, ends_at=now - 90 * DAY)
    assert verdicts(upload(delegate, row(user, sede, ANULADOR), row(former, sede, ANULADOR))) == ["alta", "alta"]


def test_old_rows_of_the_entity_do_not_count(delegate, sede, user, settings):
    settings.LOOKUPS_PER_HOUR = 0
    make_assignment(user, sede, JUNTA, delegate, starts_at=timezone.now() - 900 * DAY, ends_at=midnight(today()))
    RoleAssignment.objects.update(ends_at=timezone.now() - 800 * DAY)
    old = row(user, sede, JUNTA, first=in_days(-900), state="Terminado")
    assert verdicts(upload(delegate, old)) == ["igual"]
    with pytest.raises(Refused):
        upload(delegate, old, row(user, sede, ANULADOR))


def test_the_event_of_a_preview_has_numbers_only(delegate, sede, user):
    upload(delegate, row(user, sede, ANULADOR), row(user, sede, "Rol_Jefe"))
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.actor, entry.entity) == ("roles.previewed", delegate, delegate.entity)
    assert (entry.after["rows"]["alta"], entry.after["rows"]["error"], entry.after["looked_up"]) == (1, 1, 1)
    assert user.person.document_number not in str(entry.after)


def test_uploads_of_more_than_a_week_go_with_the_next_one(delegate, colleague, sede, user):
    old = upload(delegate, row(user, sede, ANULADOR))
    RoleUpload.objects.filter(pk=old.pk).update(made_at=timezone.now() - 8 * DAY)
    new = upload(colleague, row(user, sede, ANULADOR))
    assert list(RoleUpload.objects.all()) == [new]


# ---------------------------------------------------------------- the Proveedor with the NIT of an IPS


def test_provider_uploads_roles_at_sedes_of_reps_and_its_own(provider, delegate, dispenser, sede):
    make_assignment(dispenser, sede, "Rol_Dispensador", delegate, entity=delegate.entity)
    own = provider.entity.sedes.get()
    rows = row(dispenser, own, "Rol_Dispensador"), row(dispenser, sede, "Rol_Dispensador", state="Terminado")
    file = upload(provider, *rows)
    assert verdicts(file) == ["alta", "baja"]
    apply(provider, file)
    left = RoleAssignment.objects.current().values_list("entity", "sede")
    assert set(left) == {(provider.entity.pk, own.pk), (delegate.entity.pk, sede.pk)}


def test_ips_uploads_no_role_at_the_sede_of_its_provider(provider, delegate, dispenser):
    file = upload(delegate, row(dispenser, provider.entity.sedes.get(), "Rol_Dispensador"))
    assert verdicts(file) == ["error"]
    assert "es de otra entidad" in reason(file)


@pytest.mark.parametrize(
    ("name", "stored"),
    [("Delegacio\u0301n.xlsx", "Delegación.xlsx"), (" a\u200b  b\0.xlsx ", "a b_.xlsx"), ("x" * 300 + " y.xlsx", None)],
)
def test_name_of_a_file_is_stored_clean_whatever_system_wrote_it(delegate, name, stored):
    upload = actions.make_upload(by=delegate, file_name=name, sha256="0" * 64, rows=[])
    assert RoleUpload.objects.get(pk=upload.pk).file_name == (stored or name[-255:])
