"""Does a provider or professional who died leave the networks, and return when the load is undone?"""

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now

from entities.models import Association
from mipres_admin.history.models import HistoryEntry
from registries.models import RegistryReport
from roles.actions.provider_networks import associate
from roles.registries import network_effects
from tests.factories import make_delegate, make_entity, make_person, make_sede

pytestmark = pytest.mark.django_db
KINDS = pytest.mark.parametrize("kind", ["PPN", "PI"])


@pytest.fixture
def eps(db):
    return make_delegate(make_entity("EPS_C"))


def member_of(by, person, kind="PPN"):
    """The person as a member of the network of the entity of `by`."""
    entity = make_entity(kind, identification_type=person.document_type, nit=person.document_number)
    make_sede(entity, code="PROV000001" if kind == "PPN" else "110010000101")
    associate(by=by, members=[entity])
    return entity


def network(by):
    return [association.member for association in Association.objects.of(by.entity).current().order_by("pk")]


@KINDS
@pytest.mark.parametrize("registry", ["deceased", "civil"])
def test_a_death_ends_the_association_and_its_undoing_restores_it(registries, eps, kind, registry):
    person, other = make_person(), make_entity("PROV")
    member = member_of(eps, person, kind)
    associate(by=eps, members=[other])
    load = getattr(registries, registry)(person)
    assert network(eps) == [other]
    assert load.counts["associations_ended"] == 1
    row = HistoryEntry.objects.get(event="network.dissociated")
    assert (row.entity, row.actor, row.after["cause"]) == (eps.entity, None, network_effects.DECEASED)
    assert registries.undo(load)["associations_restored"] == 1
    assert network(eps) == [member, other]


def test_what_another_registry_has_as_deceased_stays_out_and_is_named(registries, eps):
    person = make_person()
    member = member_of(eps, person)
    load = registries.deceased(person)
    registries.civil(person)
    assert "associations_restored" not in registries.undo(load)
    assert network(eps) == []
    assert RegistryReport.objects.get(load=load).undone["skipped_rows"] == [
        f"Asociación con {member.name}: otro registro la tiene como fallecida"
    ]


def test_a_member_without_open_sedes_returns_too(registries, eps):
    person = make_person()
    member = member_of(eps, person)
    member.sedes.update(closed_on=Now())
    registries.undo(registries.deceased(person))
    assert network(eps) == [member]


def test_the_living_stay(registries, eps):
    member = member_of(eps, make_person())
    registries.civil()
    registries.deceased(make_person())
    assert network(eps) == [member]


@KINDS
def test_no_association_is_of_somebody_deceased(registries, eps, kind):
    person = make_person()
    registries.deceased(person)
    member = make_entity(kind, identification_type="CC", nit=person.document_number)
    with pytest.raises(IntegrityError, match="association_of_somebody_alive"):
        Association.objects.create(owner=eps.entity, member=member)
