"""Which fixtures do the tests of several modules of delegates share?"""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Account
from roles.models import RegisteredUser
from tests import factories
from tests.delegates.appointing import represent
from tests.delegates.registering import approve, rethus
from tests.delegates.registering_entities import NIT
from tests.delegates.signing_up import link, send_sign_up
from tests.factories import PASSWORD, make_entity, make_natural, make_person, make_sede


@pytest.fixture
def representative(ips, sede):
    return represent(ips)


@pytest.fixture
def signed_up(client):
    """The link of a sign-up."""
    send_sign_up(client)
    return link()


@pytest.fixture
def natural(db):
    return factories.make_natural(factories.make_person(first_name="Rosa", first_surname="Prado"))


@pytest.fixture
def natural_client(natural):
    client = Client()
    client.force_login(natural)
    return client


@pytest.fixture
def appointed(natural):
    """An approved IPS that has appointed the person of the session."""
    entity = factories.make_entity(name="Clínica del Valle")
    approve(entity)
    return factories.make_appointment(entity, factories.make_natural(), natural.person, email="rosa@clinica.example")


@pytest.fixture
def sso(natural):
    rethus(natural)
    return RegisteredUser.objects.create(
        person=natural.person, kind="SSO", profession_id="P07", professional_registry="RM-P07"
    )


@pytest.fixture
def enabled_ips(db):
    """The IPS as REPS has it."""
    entity = make_entity(nit=NIT, name="Clínica del Río S.A.S.")
    make_sede(entity)
    return entity


@pytest.fixture
def applicant(db):
    return make_natural(make_person(document_number="1025000111", email="rep@correo.example"))


@pytest.fixture
def reviewer(db):
    account = Account.objects.create_user("REVISOR1", PASSWORD, email="r1@minsalud.example", is_staff=True)
    account.user_permissions.add(Permission.objects.get(codename="review_registration"))
    return account


@pytest.fixture
def rosa(db):
    return factories.make_natural(factories.make_person(first_name="Rosa", email="rosa@correo.example", sex="F"))


@pytest.fixture
def rosa_client(rosa):
    client = Client()
    client.force_login(rosa)
    return client
