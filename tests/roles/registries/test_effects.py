"""Do loads end roles once, with history and mails, and does undoing give them back?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from entities.models import Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from roles.actions.role_assignments import activate_user, update_roles
from roles.matrix import Option
from roles.models import RethusEntry, RoleAssignment, RoleEnding
from roles.registries import effects
from roles.validity import today
from tests.factories import make_assignment, make_sede, make_user
from tests.roles.registry_loads import current_roles, on

pytestmark = pytest.mark.django_db
PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"


def endings():
    return list(RoleEnding.objects.order_by("pk").values_list("cause", flat=True))


def roles_rows():
    return HistoryEntry.objects.filter(event__startswith="roles.", actor=None)


def last_day(user):
    return RoleAssignment.objects.get(user=user).last_day


# ---------------------------------------------------------------- history, mails, once


def test_each_user_and_sede_has_one_row_with_cause_reason_and_load(registries, prescriber, sede, ips, delegate):
    make_assignment(prescriber, sede, JUNTA, delegate)
    make_assignment(prescriber, make_sede(ips), ANULADOR, delegate)
    load = registries.deceased(prescriber.person)
    rows = list(roles_rows())
    assert len(rows) == 2
    assert {(row.event, row.entity, row.object_id) for row in rows} == {("roles.ended", ips, str(prescriber.pk))}
    assert {(row.after["cause"], row.reason, row.after["load"]) for row in rows} == {
        ("La persona figura como fallecida en los registros oficiales.", f"Carga {load.pk} de Fallecidos", load.pk)
    }


def test_the_entity_sees_the_cause_in_the_history_of_the_user(registries, prescriber, delegate_client):
    registries.reps()
    page = delegate_client.get(reverse("user_history", args=[prescriber.public_id]))
    assert "El REPS cerró la sede el" in page.text


def test_what_ended_is_not_ended_again(registries, prescriber, sede):
    registries.reps()
    rows, mails = HistoryEntry.objects.filter(event__startswith="roles.").count(), OutgoingMail.objects.count()
    load = registries.reps()
    assert "roles_ended_sede" not in load.counts
    assert HistoryEntry.objects.filter(event__startswith="roles.").count() == rows
    assert (OutgoingMail.objects.count(), len(endings())) == (mails, 1)


def test_what_a_delegate_ended_before_is_left_alone(registries, prescriber, sede, delegate):
    update_roles(
        by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[], expected_roles=[PRESCRIPTOR]
    )
    registries.reps()
    assert endings() == []


def test_mail_to_the_person_has_the_role_and_the_cause(registries, prescriber):
    registries.reps()
    mail = OutgoingMail.objects.get(template="roles_changed")
    assert mail.recipient == prescriber.person.email
    assert "Roles retirados: Rol_Prescriptor." in mail.text
    assert "Por qué: El REPS cerró la sede el" in mail.text


def test_deceased_person_gets_no_mail(registries, prescriber):
    registries.deceased(prescriber.person)
    assert not OutgoingMail.objects.filter(template="roles_changed").exists()


def test_each_delegate_gets_one_mail_for_the_whole_load(registries, prescriber, sede, delegate, colleague, stranger):
    make_assignment(make_user(), sede, ANULADOR, delegate)
    registries.reps(*stranger.entity.sedes.all())
    mails = OutgoingMail.objects.filter(template="registry_effects")
    assert sorted(mails.values_list("recipient", flat=True)) == sorted([delegate.email, colleague.email])
    text = mails.first().text
    assert "2 roles terminaron o se acortaron en Clínica del Río S.A.S. por la carga de REPS del" in text
    assert "- Sede cerrada en el REPS: 2" in text
    assert reverse("registry_notices") in text


def test_deceased_or_closed_delegate_gets_no_mail(registries, prescriber, delegate, colleague):
    colleague.is_active = False
    colleague.save()
    registries.deceased(delegate.person, prescriber.person)
    assert not OutgoingMail.objects.filter(template="registry_effects").exists()


def test_the_summary_of_the_load_says_how_many(registries, prescriber):
    load = registries.reps()
    assert "Roles terminados: Sede cerrada en el REPS" in registries.output
    assert (
        HistoryEntry.objects.get(event="reps.loaded").after["roles_ended_sede"] == load.counts["roles_ended_sede"] == 1
    )


def test_a_load_that_breaks_ends_nothing(registries, prescriber, monkeypatch):
    def broken(**written):
        raise RuntimeError

    monkeypatch.setattr("mipres_admin.history.recording.record_all", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        registries.reps()
    assert current_roles(prescriber) == [PRESCRIPTOR]


@pytest.mark.parametrize("users", [1, 8])
def test_the_statements_do_not_grow_with_the_roles(registries, sede, delegate, users, django_assert_max_num_queries):
    for _ in range(users):
        make_assignment(make_user(), sede, PRESCRIPTOR, delegate)
    with django_assert_max_num_queries(88):
        registries.reps()
    assert len(endings()) == users


# ---------------------------------------------------------------- what can never be false


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"cause": "porque sí"}, "role_ending_cause_known"),
        ({"ends_at": timezone.now() - timedelta(days=1)}, "role_ending_earlier_and_not_in_the_past"),
        ({"ended_at": timezone.now() - timedelta(days=1)}, "role_ending_earlier_and_not_in_the_past"),
        ({"undone_at": timezone.now() - timedelta(days=1)}, "role_ending_undone_afterwards"),
        ({}, "role_ending_once_per_load"),
    ],
)
def test_postgresql_refuses_a_wrong_ending(registries, prescriber, fields, name):
    registries.reps()
    ending = RoleEnding.objects.get()
    ending.pk = None
    for field, value in fields.items():
        setattr(ending, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ending.save(force_insert=True)


def test_an_ending_is_always_of_the_entity_of_its_role(registries, prescriber, ips, stranger):
    registries.reps()
    RoleEnding.objects.update(entity=stranger.entity)
    assert RoleEnding.objects.get().entity == ips


# ---------------------------------------------------------------- undoing


def test_undoing_gives_back_what_the_load_ended(registries, prescriber, sede, delegate):
    load = registries.reps()
    assert registries.undo(load) == {"roles_restored": 1, "roles_not_restored": 0}
    assert current_roles(prescriber) == [PRESCRIPTOR]
    row = roles_rows().first()
    assert (row.event, row.event_label, row.after["load"]) == ("roles.restored", "Roles devueltos", load.pk)
    assert [role["role"] for role in row.after["roles"]] == [PRESCRIPTOR]


def test_undoing_twice_gives_back_once(registries, prescriber):
    load = registries.reps()
    registries.undo(load)
    assert effects.undo(load) == {}


def test_a_role_at_a_sede_that_stays_closed_is_not_given_back(registries, prescriber, sede):
    load = registries.reps()
    Sede.objects.filter(pk=sede.pk).update(name="Corregida")
    assert registries.undo(load)["roles_not_restored"] == 1
    assert current_roles(prescriber) == []


def test_undoing_a_load_that_ended_nothing_does_nothing(registries, prescriber, sede):
    assert registries.undo(registries.reps(sede)) == {}


def test_undoing_mails_the_person_and_the_delegates(registries, prescriber, delegate):
    load = registries.reps()
    OutgoingMail.objects.all().delete()
    registries.undo(load)
    person, digest = OutgoingMail.objects.order_by("pk")
    assert (person.recipient, digest.recipient) == (prescriber.person.email, delegate.email)
    assert "Por qué: Se deshizo la carga de REPS" in person.text
    assert "se devolvió un rol que esa carga había terminado" in digest.text


def test_undoing_a_death_gives_back_roles_with_a_mail(registries, prescriber):
    load = registries.deceased(prescriber.person)
    assert registries.undo(load)["roles_restored"] == 1
    assert OutgoingMail.objects.get(template="roles_changed").recipient == prescriber.person.email


def test_a_role_to_come_is_still_to_come(registries, user, sede, delegate):
    starts = timezone.now() + timedelta(days=5)
    item = make_assignment(user, sede, PRESCRIPTOR, delegate, starts_at=starts)
    registries.undo(registries.reps())
    item.refresh_from_db()
    assert (item.starts_at, item.ends_at) == (starts, None)


def test_a_role_that_was_shortened_gets_its_last_day_back(registries, intern, sede):
    registries.undo(registries.plazas((intern, sede, -10, 20)))
    assert last_day(intern) == on(100)


def test_undo_skips_roles_granted_again_since(registries, prescriber, sede, delegate):
    load = registries.reps()
    Sede.objects.update(closed_on=None)
    sede.refresh_from_db()
    activate_user(by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    assert registries.undo(load) == {"roles_restored": 0, "roles_not_restored": 1}
    assert current_roles(prescriber) == [PRESCRIPTOR]


def test_undo_skips_roles_granted_and_ended_since(registries, prescriber, sede, delegate):
    load = registries.reps()
    Sede.objects.update(closed_on=None)
    sede.refresh_from_db()
    arguments = {"by": delegate, "user": prescriber, "sede": sede, "option": Option.PROFESIONAL}
    activate_user(**arguments, roles=[PRESCRIPTOR])
    update_roles(**arguments, roles=[], expected_roles=[PRESCRIPTOR])
    assert registries.undo(load) == {"roles_restored": 0, "roles_not_restored": 1}
    assert current_roles(prescriber) == []


def test_undo_skips_roles_that_a_delegate_changed(registries, intern, sede, delegate):
    load = registries.plazas((intern, sede, -10, 20))
    update_roles(by=delegate, user=intern, sede=sede, option=Option.PROFESIONAL, roles=[], expected_roles=[PRESCRIPTOR])
    assert registries.undo(load)["roles_not_restored"] == 1
    assert current_roles(intern) == []


def test_undo_skips_roles_that_would_have_ended(registries, user, sede, delegate):
    soon = timezone.now() + timedelta(seconds=60)
    make_assignment(user, sede, PRESCRIPTOR, delegate, ends_at=soon)
    load = registries.reps()
    RoleEnding.objects.update(
        ended_at=timezone.now() - timedelta(hours=1),
        at=timezone.now() - timedelta(hours=3),
        ends_at=timezone.now() - timedelta(hours=2),
    )
    assert registries.undo(load)["roles_restored"] == 0


def test_undo_skips_roles_that_another_registry_forbids(registries, prescriber):
    load = registries.reps()
    registries.deceased(prescriber.person)
    assert registries.undo(load) == {"roles_restored": 0, "roles_not_restored": 1}
    assert current_roles(prescriber) == []
    assert not HistoryEntry.objects.filter(event="roles.restored").exists()


def test_undo_skips_roles_that_the_registration_forbids(registries, prescriber):
    load, person = registries.reps(), prescriber.person
    document = {"document_type": person.document_type, "document_number": person.document_number}
    RethusEntry.objects.create(profession_id="P07", registry_number="RM-1", closed_on=today(), **document)
    prescriber.kind, prescriber.profession, prescriber.professional_registry = "OTRO", None, ""
    prescriber.save()
    assert registries.undo(load)["roles_not_restored"] == 1
