"""Which missing step keeps a person from becoming a delegate?"""

import pytest
from django.db.models.functions import Now

from accounts.models import Account
from delegates.actions import delegate_registration as actions
from entities.models import Entity
from tests import factories
from tests.delegates.appointing import represent
from tests.delegates.registering import refused

pytestmark = pytest.mark.django_db


def test_unknown_and_unregistered_entities_are_refused_alike(natural):
    unknown = refused(natural, kind="IPS", nit="899999999")
    assert (unknown, refused(natural, kind="IPS", nit=factories.make_entity().nit)) == ("Entidad no registrada",) * 2


def test_the_entity_of_another_kind_is_not_the_entity(appointed, natural):
    assert refused(natural, kind="EPS_C", nit=appointed.entity.nit) == "Entidad no registrada"


def test_an_inactive_entity_takes_no_delegates(appointed, natural):
    Entity.objects.update(is_active=False)
    assert refused(natural, kind="IPS", nit=appointed.entity.nit) == "Entidad inactiva"


def test_without_appointment_nobody_is_a_delegate(appointed):
    assert refused(factories.make_natural(), kind="IPS", nit=appointed.entity.nit) == "Sin nombramiento"


def test_ended_appointment_makes_no_delegate(appointed, natural):
    type(appointed).objects.update(ended_at=Now(), ended_by=natural)
    assert refused(natural, kind="IPS", nit=appointed.entity.nit) == "Sin nombramiento"


def test_another_profile_is_no_delegate(appointed, natural):
    type(appointed).objects.update(profile="PARENTESCO")
    assert refused(natural, kind="IPS", nit=appointed.entity.nit) == "Sin nombramiento"


def test_an_account_that_was_ended_under_the_same_appointment_stays_ended(appointed, natural):
    old = actions.register_delegate(by=natural, kind="IPS", nit=appointed.entity.nit)
    Account.objects.filter(pk=old.pk).update(is_active=False)
    assert refused(natural, kind="IPS", nit=appointed.entity.nit) == "Cuenta inactiva"


def test_a_proveedor_with_the_nit_of_an_ips_is_told_to_ask_for_the_role(appointed, natural):
    factories.make_sede(appointed.entity)
    headline = refused(natural, kind="PROV", nit=appointed.entity.nit)
    assert headline == "La IPS no tiene el rol proveedor/dispensador"
    other = factories.make_sede(factories.make_entity())
    assert refused(natural, kind="PROV", nit=other.entity.nit) == headline
    type(other).objects.update(closed_on="2026-01-01")
    assert refused(natural, kind="PROV", nit=other.entity.nit) == "Entidad no registrada"


def test_delegate_of_the_ips_is_not_that_of_its_provider(appointed, natural):
    represent(factories.make_provider_of(appointed.entity))
    assert refused(natural, kind="PROV", nit=appointed.entity.nit) == "Sin nombramiento"
