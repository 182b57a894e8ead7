"""Does undoing a load in the admin give back the roles that it ended, with the registry as it was?"""

import pytest

from accounts.models import Person
from accounts.registries.deceased import Deceased
from mipres_admin.history.models import HistoryEntry
from registries.actions import queue_undo
from registries.models import RegistryLoad
from registries.queue import run_next_load
from tests.roles.registry_loads import current_roles

pytestmark = pytest.mark.django_db(transaction=True)
PRESCRIPTOR = "Rol_Prescriptor"


def day_of(user):
    return Person.objects.get(pk=user.person_id).deceased_on


def undone(load, by):
    queue_undo(by=by, load=load, reason="Archivo incompleto")
    assert run_next_load()
    load.refresh_from_db()
    assert load.state == RegistryLoad.State.UNDONE
    return load


def test_a_sede_opens_again_and_its_roles_come_back(registries, prescriber, sede, ministry):
    load = registries.reps()
    assert current_roles(prescriber) == []
    undone(load, ministry)
    sede.refresh_from_db()
    assert (sede.closed_on, current_roles(prescriber)) == (None, [PRESCRIPTOR])


def test_a_person_of_the_list_is_alive_again_with_the_roles(registries, prescriber, ministry):
    load = registries.deceased(prescriber.person)
    assert Deceased.tracked
    undone(load, ministry)
    assert day_of(prescriber) is None
    assert current_roles(prescriber) == [PRESCRIPTOR]


def test_entity_history_has_the_load_and_its_undoing(registries, prescriber, sede, ministry):
    undone(registries.reps(), ministry)
    events = HistoryEntry.objects.visible_to(sede.entity).filter(event__startswith="roles.").order_by("pk")
    assert list(events.values_list("event", flat=True)) == ["roles.ended", "roles.restored"]


def test_the_first_list_of_deceased_people_is_taken_back_whole(registries, prescriber, ministry):
    undone(registries.deceased(prescriber.person), ministry)
    assert not RegistryLoad.objects.not_undone("deceased").exists()
    assert not Person.objects.filter(deceased_on__isnull=False).exists()


BOTH = (("deceased", "civil"), ("civil", "deceased"))


@pytest.mark.parametrize(("first", "second"), BOTH)
def test_who_died_by_two_registries_stays_dead_when_one_is_undone(first, second, registries, prescriber, ministry):
    load = getattr(registries, first)(prescriber.person)
    other = getattr(registries, second)(prescriber.person)
    undone(load, ministry)
    assert day_of(prescriber) is not None
    assert current_roles(prescriber) == []
    undone(other, ministry)
    assert day_of(prescriber) is None


def test_death_by_the_civil_registry_is_undone_with_its_roles(registries, prescriber, ministry):
    load = registries.civil(prescriber.person)
    assert (current_roles(prescriber), load.counts["roles_ended_cancelled"]) == ([], 1)
    undone(load, ministry)
    assert (day_of(prescriber), current_roles(prescriber)) == (None, [PRESCRIPTOR])
