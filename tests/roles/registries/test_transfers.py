"""What becomes of roles, authorised persons, plazas and networks when REPS passes a sede, and when that is undone?"""

import pytest
from django.db import IntegrityError, connection, transaction

from entities.models import Association, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from registries.models import RegistryReport
from roles.actions.provider_networks import associate
from roles.actions.role_assignments import activate_user
from roles.matrix import Option
from roles.models import RoleAssignment, RoleEnding, SsoPost
from tests.factories import (
    make_appointment,
    make_assignment,
    make_delegate,
    make_entity,
    make_natural,
    make_sede,
    make_user,
)
from tests.roles.registry_loads import as_independent, current_roles

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR = "Rol_Prescriptor", "Rol_Anulador"


def passed(registries, sede, entity, *others):
    """REPS passes the sede to an entity; `others` are as they were."""
    with connection.cursor() as cursor:  # what a commit would check
        load = registries.reps(moved(sede, entity), *others)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return load


def moved(sede, entity):
    sede = Sede.objects.get(pk=sede.pk)
    sede.entity = entity
    return sede


@pytest.fixture
def buyer(db):
    return make_entity(name="La que compra S.A.S.")


def entity_of(sede):
    return Sede.objects.get(pk=sede.pk).entity


def events(kind):
    return HistoryEntry.objects.filter(event=kind).order_by("pk")


def test_roles_end_with_the_cause_at_the_entity_that_gave_them(registries, prescriber, sede, ips, buyer, delegate):
    load = passed(registries, sede, buyer)
    assert (entity_of(sede), current_roles(prescriber)) == (buyer, [])
    assert load.counts["roles_ended_transfer"] == load.counts["transferred"] == 1
    assert RoleEnding.objects.values_list("cause", "entity").get() == ("transfer", ips.pk)
    row = events("roles.ended").get()
    assert (row.entity, row.after["cause"]) == (ips, "El REPS pasó la sede a La que compra S.A.S.")


def test_both_entities_read_that_the_sede_passed_and_came_back(registries, sede, ips, buyer):
    registries.undo(passed(registries, sede, buyer))
    rows = [(row.entity, row.before["entity"], row.after["entity"]) for row in events("sede.transferred")]
    assert rows == [
        (ips, ips.name, buyer.name),
        (buyer, ips.name, buyer.name),
        (buyer, buyer.name, ips.name),
        (ips, buyer.name, ips.name),
    ]


def test_ended_roles_stay_in_the_history_of_the_former_entity(
    registries, prescriber, sede, ips, buyer, delegate_client
):
    passed(registries, sede, buyer)
    assert RoleAssignment.objects.visible_to(ips).get().sede == sede
    assert not RoleAssignment.objects.visible_to(buyer).exists()


def test_sede_where_roles_had_ended_before_passes_too(registries, prescriber, sede, ips, buyer):
    registries.reps()
    load = passed(registries, sede, buyer)
    assert (entity_of(sede), load.counts.get("roles_ended_transfer")) == (buyer, None)


def test_new_entity_gives_roles_there_and_the_former_cannot(registries, prescriber, sede, buyer, delegate):
    passed(registries, sede, buyer)
    arguments = {"user": prescriber, "option": Option.PROFESIONAL, "roles": [ANULADOR]}
    with pytest.raises(Refused):
        activate_user(by=delegate, sede=sede, **arguments)
    activate_user(by=make_delegate(buyer), sede=Sede.objects.get(pk=sede.pk), **arguments)
    assert current_roles(prescriber) == [ANULADOR]


def test_undoing_gives_the_sede_and_its_roles_back(registries, prescriber, sede, ips, buyer):
    effects = registries.undo(passed(registries, sede, buyer))
    assert (entity_of(sede), current_roles(prescriber)) == (ips, [PRESCRIPTOR])
    assert (effects["roles_restored"], effects["roles_not_restored"]) == (1, 0)


def test_undoing_leaves_a_sede_where_the_new_entity_gave_roles(registries, prescriber, sede, ips, buyer, delegate):
    other = make_sede(ips)
    make_assignment(prescriber, other, ANULADOR, delegate)
    load = registries.reps(moved(sede, buyer), moved(other, buyer))
    make_assignment(make_user(), Sede.objects.get(pk=sede.pk), PRESCRIPTOR, make_delegate(buyer))
    effects = registries.undo(load)
    assert (entity_of(sede), entity_of(other)) == (buyer, ips)
    assert (effects["roles_restored"], effects["roles_not_restored"]) == (1, 1)
    assert current_roles(prescriber) == [ANULADOR]
    (text,) = RegistryReport.objects.get(load=load).undone["skipped_rows"]
    assert "hay roles en la sede desde la carga; se queda en La que compra S.A.S." in text


def test_authorised_person_gets_the_sede_that_the_entity_has_left(registries, sede, ips, buyer):
    main, by = make_sede(ips), make_natural()
    appointment = make_appointment(ips, by, sede=sede)
    load = passed(registries, sede, buyer, main)
    appointment.refresh_from_db()
    assert (appointment.sede, appointment.entity, appointment.ended_at) == (main, ips, None)
    assert load.counts["appointments_moved"] == 1
    row = events("appointment.changed").get()
    assert (row.entity, row.before, row.after["sede"]) == (ips, {"sede": sede.code}, main.code)


def test_authorised_person_of_an_entity_without_sedes_has_none(registries, sede, ips, buyer):
    appointment = make_appointment(ips, make_natural(), sede=sede)
    passed(registries, sede, buyer)
    appointment.refresh_from_db()
    assert (appointment.sede, appointment.ended_at) == (None, None)


def test_undoing_gives_authorised_persons_their_sede_back(registries, sede, ips, buyer):
    appointment = make_appointment(ips, make_natural(), sede=sede)
    assert registries.undo(passed(registries, sede, buyer))["appointments_restored"] == 1
    appointment.refresh_from_db()
    assert appointment.sede == sede


def test_authorised_person_stays_where_the_sede_did_not_come_back(registries, sede, ips, buyer):
    appointment = make_appointment(ips, make_natural(), sede=sede)
    load = passed(registries, sede, buyer)
    make_appointment(buyer, make_natural(), sede=Sede.objects.get(pk=sede.pk))
    registries.undo(load)
    appointment.refresh_from_db()
    assert appointment.sede is None
    assert "Autorizado de Clínica del Río S.A.S.: su sede no volvió a la entidad" in " ".join(
        RegistryReport.objects.get(load=load).undone["skipped_rows"]
    )


def test_plaza_goes_with_its_sede_and_the_role_there_ends(registries, intern, sede, buyer):
    passed(registries, sede, buyer)
    assert SsoPost.objects.get(document_number=intern.person.document_number).sede == sede
    assert (current_roles(intern), RoleEnding.objects.get().cause) == ([], "transfer")


def test_member_without_sedes_leaves_the_network_and_returns(registries, sede, ips, buyer):
    eps = make_delegate(make_entity("EPS_C"))
    associate(by=eps, members=[ips])
    load = passed(registries, sede, buyer)
    assert not Association.objects.current().exists()
    row = events("network.dissociated").get()
    assert (row.entity, row.actor, row.after["cause"]) == (
        eps.entity,
        None,
        "El REPS pasó a otra entidad todas las sedes del prestador.",
    )
    assert registries.undo(load)["associations_restored"] == 1
    assert Association.objects.current().get().member == ips


def test_member_with_a_sede_left_stays_in_the_network(registries, sede, ips, buyer):
    associate(by=make_delegate(make_entity("EPS_C")), members=[ips])
    passed(registries, sede, buyer, make_sede(ips))
    assert Association.objects.current().get().member == ips


def test_independent_without_sede_loses_what_the_network_gave(registries, user, buyer):
    eps = make_entity("EPS_C")
    of_eps, place = make_delegate(eps), make_sede(eps, code=eps.eps_code, municipality_id=None)
    member = as_independent(user)
    office = make_sede(member, provider_class="PI")
    associate(by=of_eps, members=[member])
    activate_user(by=of_eps, user=user, sede=place, option=Option.INDEPENDIENTE, roles=[PRESCRIPTOR])
    load = passed(registries, office, buyer)
    assert (current_roles(user), RoleEnding.objects.get().cause) == ([], "independent")
    assert registries.undo(load)["roles_restored"] == 1


# ---------------------------------------------------------------- what PostgreSQL refuses


def pass_alone(sede, entity):
    Sede.objects.filter(pk=sede.pk).update(entity=entity)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_sede_with_a_role_in_force_cannot_pass_alone(prescriber, sede, buyer):
    with pytest.raises(IntegrityError, match="assignment_sede_of_its_entity"), transaction.atomic():
        pass_alone(sede, buyer)


def test_role_of_the_former_entity_cannot_be_given_longer(registries, prescriber, sede, buyer):
    passed(registries, sede, buyer)
    with pytest.raises(IntegrityError, match="assignment_sede_of_its_entity"), transaction.atomic():
        RoleAssignment.objects.update(ends_at=None)


def test_appointment_in_force_holds_its_sede(sede, ips, buyer):
    make_appointment(ips, make_natural(), sede=sede)
    with pytest.raises(IntegrityError, match="appointment_sede_of_its_entity"), transaction.atomic():
        pass_alone(sede, buyer)
