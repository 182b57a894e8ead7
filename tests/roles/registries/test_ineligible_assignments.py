"""Which roles end because of what a registry closed, and which stay?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from entities.models import Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from registries.models import RegistryLoad
from roles.actions.provider_networks import associate
from roles.actions.role_assignments import activate_user
from roles.matrix import Option
from roles.models import RethusEntry, RoleAssignment, RoleEnding, SsoPost
from roles.validity import midnight
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user
from tests.roles.registry_loads import as_independent, current_roles, on

pytestmark = pytest.mark.django_db
PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"


def endings():
    return list(RoleEnding.objects.order_by("pk").values_list("cause", flat=True))


def roles_rows():
    return HistoryEntry.objects.filter(event__startswith="roles.", actor=None)


# ---------------------------------------------------------------- sede


def test_the_roles_at_a_sede_that_reps_closed_end(registries, prescriber, sede):
    registries.reps(sede)
    assert current_roles(prescriber) == [PRESCRIPTOR]
    load = registries.reps()
    assert (current_roles(prescriber), endings(), load.counts["roles_ended_sede"]) == ([], ["sede"], 1)


def test_roles_to_come_there_never_were(registries, user, sede, delegate):
    starts = timezone.now() + timedelta(days=5)
    item = make_assignment(user, sede, PRESCRIPTOR, delegate, starts_at=starts)
    registries.reps()
    item.refresh_from_db()
    assert item.starts_at == item.ends_at
    assert RoleEnding.objects.get().started_at == starts


def test_roles_at_the_open_sedes_of_the_same_entity_stay(registries, prescriber, sede, ips, delegate):
    other = make_sede(ips)
    make_assignment(prescriber, other, JUNTA, delegate)
    registries.reps(other)
    assert current_roles(prescriber) == [JUNTA]


def test_a_sede_that_its_provider_disabled_keeps_its_roles(registries):
    provider = make_entity("PROV")
    user, by = make_user("OTRO"), make_delegate(provider)
    disabled = make_sede(provider, code="PROV000001", closed_on=on(-1))
    make_assignment(user, disabled, "Rol_Dispensador", by)
    registries.reps()
    assert current_roles(user) == ["Rol_Dispensador"]


def test_an_eps_that_was_closed_keeps_its_roles(registries):
    eps, user = make_entity("EPS_C"), make_user()
    closed = make_sede(eps, code=eps.eps_code, municipality_id=None, closed_on=on(-1))
    make_assignment(user, closed, "Rol_Recobrante", make_delegate(eps))
    registries.reps()
    assert current_roles(user) == ["Rol_Recobrante"]


def test_reopened_sede_receives_users_but_restores_no_roles(registries, prescriber, sede, delegate):
    registries.reps()
    registries.reps(sede)
    assert current_roles(prescriber) == []
    sede.refresh_from_db()
    activate_user(by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    assert current_roles(prescriber) == [PRESCRIPTOR]


# ---------------------------------------------------------------- ReTHUS


def test_leaving_rethus_ends_roles_at_every_entity(registries, prescriber, delegate, stranger):
    make_assignment(prescriber, stranger.entity.sedes.get(), ANULADOR, stranger)
    eps = make_entity("EPS_C")
    place = make_sede(eps, code=eps.eps_code, municipality_id=None)
    make_assignment(prescriber, place, "Rol_Recobrante", make_delegate(eps))
    registries.rethus(prescriber)
    assert len(current_roles(prescriber)) == 3
    load = registries.rethus()
    assert (current_roles(prescriber), load.counts["roles_ended_rethus"]) == ([], 3)


def test_user_never_in_rethus_keeps_roles(registries, prescriber):
    registries.rethus(make_user())
    assert current_roles(prescriber) == [PRESCRIPTOR]


def test_another_profession_that_left_rethus_takes_nothing(registries, prescriber):
    document = {"document_type": "CC", "document_number": prescriber.person.document_number}
    RethusEntry.objects.create(**document, profession_id="P03", registry_number="1", closed_on=on(-1))
    registries.rethus(prescriber)
    assert current_roles(prescriber) == [PRESCRIPTOR]


def test_the_role_of_a_proveedor_persona_natural_needs_no_profession(registries):
    user = make_user()
    entity = make_entity("PPN", nit=user.person.document_number)
    make_assignment(user, make_sede(entity, code="PROV000001"), "Rol_Dispensador", make_delegate(entity))
    registries.rethus(user)
    registries.rethus()
    assert current_roles(user) == ["Rol_Dispensador"]


def test_user_out_of_rethus_gets_no_roles_until_back(registries, user, sede, delegate):
    registries.rethus(user)
    registries.rethus()
    with pytest.raises(Refused, match="ReTHUS, Medicina, ya no está vigente"):
        activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=[ANULADOR])
    registries.rethus(user)
    assert activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=[ANULADOR])


# ---------------------------------------------------------------- deceased


def test_all_the_roles_of_a_deceased_person_end(registries, prescriber, ips, delegate, stranger):
    make_assignment(prescriber, make_sede(ips), JUNTA, delegate)
    make_assignment(prescriber, stranger.entity.sedes.get(), ANULADOR, stranger)
    load = registries.deceased(prescriber.person)
    assert (current_roles(prescriber), load.counts["roles_ended_deceased"]) == ([], 3)


def test_person_off_the_deceased_list_can_be_activated_again(registries, prescriber, sede, delegate):
    registries.deceased(prescriber.person)
    with pytest.raises(Refused, match="fallecida"):
        activate_user(by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[JUNTA])
    registries.deceased()
    assert activate_user(by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[JUNTA])


def test_death_is_the_cause_where_there_are_several(registries, prescriber):
    registries.rethus(prescriber)
    Sede.objects.update(closed_on=on(-1))
    registries.deceased(prescriber.person)
    assert endings() == ["deceased"]


def last_day(user):
    return RoleAssignment.objects.get(user=user).last_day


# ---------------------------------------------------------------- plazas


def test_a_plaza_that_ended_ends_the_roles_there(registries, intern):
    load = registries.plazas()
    assert (current_roles(intern), load.counts["roles_ended_plaza"]) == ([], 1)


def test_a_plaza_that_moved_ends_the_roles_at_the_old_sede(registries, intern, ips):
    registries.plazas((intern, make_sede(ips), -2, 100))
    assert (current_roles(intern), endings()) == ([], ["plaza"])


def test_a_plaza_that_was_shortened_shortens_the_roles(registries, intern):
    assert last_day(intern) == on(100)
    registries.plazas((intern, Sede.objects.get(assignments__user=intern), -10, 20))
    assert (current_roles(intern), last_day(intern)) == ([PRESCRIPTOR], on(20))
    assert roles_rows().get().event == "roles.last_day_changed"


def test_a_plaza_that_was_lengthened_leaves_the_roles_as_they_were(registries, intern, sede):
    registries.plazas((intern, sede, -10, 200))
    assert last_day(intern) == on(100)


def test_a_role_that_ends_before_the_plaza_stays_as_it_is(registries, intern, sede):
    RoleAssignment.objects.update(ends_at=midnight(on(5)))
    registries.plazas((intern, sede, -10, 20))
    assert last_day(intern) == on(4)


def test_a_plaza_of_today_that_is_gone_ends_the_roles(registries, sede, delegate):
    user = make_user("SSO")
    registries.plazas((user, sede, 0, 100))
    activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    registries.plazas()
    assert (current_roles(user), SsoPost.objects.of(user.person).count()) == ([], 0)


def test_no_load_of_plazas_ends_no_roles(registries, sede, delegate):
    user = make_user("SSO")
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    registries.rethus(user)
    assert current_roles(user) == [PRESCRIPTOR]


@pytest.mark.parametrize("state", ["uploaded", "cancelled", "undone"])
def test_unapplied_file_of_plazas_ends_no_roles(registries, sede, delegate, state):
    user, marks = make_user("SSO"), {"loaded_at": None, "error": "Otra vez." if state == "cancelled" else ""}
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    marks = {"undone_at": timezone.now()} if state == "undone" else marks
    RegistryLoad.objects.create(kind="sso", state=state, file_name="a.csv", sha256="0" * 64, **marks)
    registries.rethus(user)
    assert current_roles(user) == [PRESCRIPTOR]


@pytest.fixture
def independent(user):
    """A doctor in the network of an EPS, with a role for that and another for its administration."""
    eps = make_entity("EPS_C")
    place, by, member = (
        make_sede(eps, code=eps.eps_code, municipality_id=None),
        make_delegate(eps),
        as_independent(user),
    )
    office = make_sede(member, provider_class="PI")
    associate(by=by, members=[member])
    activate_user(by=by, user=user, sede=place, option=Option.INDEPENDIENTE, roles=[PRESCRIPTOR])
    activate_user(by=by, user=user, sede=place, option=Option.ADMINISTRATIVO_EPS, roles=["Rol_Recobrante"])
    return by, place, office


# ---------------------------------------------------------------- independents


def test_independent_with_all_sedes_closed_loses_network_roles(registries, user, independent):
    *_, office = independent
    registries.reps(office)
    assert len(current_roles(user)) == 2
    load = registries.reps()
    assert (current_roles(user), load.counts["roles_ended_independent"]) == (["Rol_Recobrante"], 1)
    assert roles_rows().get().event == "roles.changed"


def test_independent_with_one_open_sede_keeps_network_roles(registries, user, independent):
    *_, office = independent
    make_sede(office.entity, provider_class="PI")
    registries.reps(office)
    assert len(current_roles(user)) == 2


def test_closed_independent_gets_no_network_roles_until_back(registries, user, independent):
    by, place, office = independent
    registries.reps()
    arguments = {"by": by, "user": user, "sede": place, "option": Option.INDEPENDIENTE, "roles": [PRESCRIPTOR]}
    with pytest.raises(Refused, match="El REPS cerró todas las sedes"):
        activate_user(**arguments)
    registries.reps(office)
    assert activate_user(**arguments)
