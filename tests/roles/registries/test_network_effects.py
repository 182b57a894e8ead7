"""Does a provider or professional who died leave the networks, and return when the load is undone?"""

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now

from entities.models import Association
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
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


# ---------------------------------------------------------------- mails


def told():
    return list(OutgoingMail.objects.filter(template="network_effects").order_by("pk"))


def test_delegates_of_a_network_get_one_mail_for_a_load(registries, eps, stranger):
    colleague = make_delegate(eps.entity, login=f"{eps.login}-2", email="otra@eps.example")
    people = [make_person(), make_person()]
    members = [member_of(eps, people[0]), member_of(eps, people[1], "PI")]
    load = registries.deceased(*people)
    assert [mail.recipient for mail in told()] == [eps.email, colleague.email]
    text = told()[0].text
    assert "Salieron de su red: 2" in text
    assert "2 personas, cuyos nombres están en el portal" in text
    assert not [entity for entity in members if entity.name in text or entity.nit in text]
    registries.undo(load)
    assert "Volvieron a su red: 2" in told()[-1].text
    assert len(told()) == 4


def test_one_person_is_counted_in_the_singular(registries, eps):
    person = make_person()
    member_of(eps, person)
    registries.deceased(person)
    assert "1 persona, cuyo nombre está en el portal" in told()[0].text


def test_member_without_open_sedes_is_named_and_stays(registries, eps):
    member, other = make_entity(name="La que cierra S.A.S."), make_entity(name="La que sigue S.A.S.")
    sedes = [make_sede(member), make_sede(member), make_sede(other), make_sede(other)]
    associate(by=eps, members=[member, other])
    registries.reps(*sedes[1:])
    assert told() == []
    registries.reps(sedes[2])
    (mail,) = told()
    assert "Quedaron sin sedes abiertas y siguen en su red: 1" in mail.text
    assert f"La que cierra S.A.S. (NI {member.nit})" in mail.text
    assert "La que sigue" not in mail.text
    assert network(eps) == [member, other]


def test_provider_of_the_same_nit_loses_the_sedes_too(registries, eps):
    ips = make_entity(name="La que cierra S.A.S.")
    provider, sede, other = make_entity("PROV", nit=ips.nit), make_sede(ips), make_sede(make_entity())
    associate(by=eps, members=[provider])
    registries.reps(other)
    assert sede.entity == ips
    assert f"(NI {provider.nit})" in told()[0].text


def test_delegate_who_cannot_log_in_and_other_networks_are_not_told(registries, eps):
    person = make_person()
    member_of(eps, person)
    eps.is_active = False
    eps.save()
    registries.deceased(person)
    assert told() == []
