"""What becomes of roles, authorised persons, plazas and networks when REPS passes a sede, and when that is undone?"""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from entities.models import Association, Entity, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from registries.models import RegistryReport
from roles.actions.provider_networks import associate
from roles.actions.role_assignments import activate_user
from roles.matrix import Option
from roles.models import RoleAssignment, RoleEnding, SsoPost
from roles.validity import today
from tests.factories import (
    make_appointment,
    make_assignment,
    make_delegate,
    make_entity,
    make_natural,
    make_provider_of,
    make_sede,
    make_user,
)
from tests.roles.registry_loads import as_independent, current_roles

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR, DISPENSADOR = "Rol_Prescriptor", "Rol_Anulador", "Rol_Dispensador"


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


# ---------------------------------------------------------------- the Proveedor with the NIT of the IPS


def test_roles_of_ips_and_provider_end_when_the_sede_passes(registries, prescriber, dispenser, sede, provider, buyer):
    load = passed(registries, sede, buyer)
    assert (current_roles(prescriber), current_roles(dispenser)) == ([], [])
    assert load.counts["roles_ended_transfer"] == 2
    assert {row.entity for row in events("roles.ended")} == {provider.entity, sede.entity}


def test_roles_of_ips_and_provider_end_when_reps_closes_the_sede(registries, prescriber, dispenser):
    load = registries.reps()
    assert (current_roles(prescriber), current_roles(dispenser)) == ([], [])
    assert load.counts["roles_ended_sede"] == 2


def test_a_load_that_changes_nothing_ends_no_role_of_the_provider(registries, dispenser, sede):
    load = registries.reps(sede)
    assert (current_roles(dispenser), load.counts.get("roles_ended_transfer")) == ([DISPENSADOR], None)


@pytest.mark.parametrize("moves", [True, False], ids=["passed", "closed"])
def test_undoing_gives_both_their_roles_back(registries, prescriber, dispenser, sede, buyer, moves):
    load = passed(registries, sede, buyer) if moves else registries.reps()
    assert registries.undo(load)["roles_restored"] == 2
    assert (current_roles(prescriber), current_roles(dispenser)) == ([PRESCRIPTOR], [DISPENSADOR])


def test_undoing_leaves_a_sede_where_the_provider_of_the_new_nit_gave_roles(registries, sede, ips, buyer):
    load = passed(registries, sede, buyer)
    arguments = {"user": make_user("OTRO"), "option": Option.ADMINISTRATIVO, "roles": [DISPENSADOR]}
    activate_user(by=make_delegate(make_provider_of(buyer)), sede=Sede.objects.get(pk=sede.pk), **arguments)
    registries.undo(load)
    assert entity_of(sede) == buyer


def test_provider_reads_that_its_sede_passed_and_came_back(registries, sede, provider, buyer):
    registries.undo(passed(registries, sede, buyer))
    rows = events("sede.transferred")
    assert [row.after["entity"] for row in rows.filter(entity=provider.entity)] == [buyer.name, provider.entity.name]
    assert rows.count() == 6


def test_page_of_the_sede_shows_its_provider_which_entity_it_had(registries, sede, provider, buyer, client):
    registries.undo(passed(registries, sede, buyer))
    client.force_login(provider)
    page = client.get(reverse("sede_history", args=[sede.code])).content.decode()
    assert buyer.name in page


def test_authorised_person_of_the_provider_gets_its_own_sede_and_the_old_one_back(registries, sede, provider, buyer):
    appointment = make_appointment(provider.entity, make_natural(), sede=sede)
    load = passed(registries, sede, buyer)
    appointment.refresh_from_db()
    assert appointment.sede == provider.entity.sedes.get()
    assert registries.undo(load)["appointments_restored"] == 1
    appointment.refresh_from_db()
    assert appointment.sede == sede


def test_authorised_person_of_the_provider_stays_when_nothing_passes(registries, sede, provider):
    appointment = make_appointment(provider.entity, make_natural(), sede=sede)
    registries.reps(sede)
    appointment.refresh_from_db()
    assert appointment.sede == sede


def test_provider_without_open_sede_leaves_the_network_and_returns(registries, sede, provider, buyer):
    associate(by=make_delegate(make_entity("EPS_C")), members=[provider.entity])
    provider.entity.sedes.update(closed_on=today())
    load = passed(registries, sede, buyer)
    assert not Association.objects.current().exists()
    assert registries.undo(load)["associations_restored"] == 1


def test_provider_with_an_open_sede_of_its_own_stays_in_the_network(registries, sede, provider, buyer):
    associate(by=make_delegate(make_entity("EPS_C")), members=[provider.entity])
    passed(registries, sede, buyer)
    assert Association.objects.current().get().member == provider.entity


# ---------------------------------------------------------------- what PostgreSQL refuses


def test_sede_with_a_role_of_the_provider_cannot_pass_alone(dispenser, sede, buyer):
    with pytest.raises(IntegrityError, match="assignment_sede_of_its_entity"), transaction.atomic():
        pass_alone(sede, buyer)


@pytest.mark.parametrize("fields", [{"nit": "900999001"}, {"kind": "ET"}], ids=["nit", "kind"])
def test_ips_and_provider_keep_the_nit_that_ties_them(sede, provider, fields):
    for entity in (sede.entity, provider.entity):
        with pytest.raises(IntegrityError, match="provider_keeps_its_identification"), transaction.atomic():
            Entity.objects.filter(pk=entity.pk).update(**fields)


def test_role_at_the_sede_of_another_nit_is_refused(sede, provider, buyer, dispenser):
    with pytest.raises(IntegrityError, match="assignment_sede_of_its_entity"), transaction.atomic():
        make_assignment(dispenser, make_sede(buyer), DISPENSADOR, provider, entity=provider.entity)


def test_ips_has_no_role_at_the_sede_of_its_provider(sede, ips, provider, dispenser, delegate):
    with pytest.raises(IntegrityError, match="assignment_sede_of_its_entity"), transaction.atomic():
        make_assignment(dispenser, provider.entity.sedes.get(), DISPENSADOR, delegate, entity=ips)


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
