"""Which appointments are refused?"""

import pytest
from django.utils import timezone

from delegates.actions import appointments as actions
from delegates.models import AuthorizedProfile, AuthorizedRole, Representation
from delegates.rules.appointments import kinds_of
from entities.models import EntityKind
from mipres_admin.refusals import Refused
from tests.delegates.appointing import DOCUMENT, appoint, authorization, represent
from tests.factories import make_entity, make_natural, make_provider_of

pytestmark = pytest.mark.django_db


def test_only_the_representative_appoints(representative, sede):
    with pytest.raises(Refused, match="ya no figura"):
        appoint(make_natural(), sede)


def test_former_representative_appoints_nobody(representative, sede):
    Representation.objects.update(ended_at=timezone.now())
    with pytest.raises(Refused, match="ya no figura"):
        appoint(representative, sede)


def test_inactive_entity_appoints_nobody(representative, sede):
    sede.entity.is_active = False
    sede.entity.save()
    with pytest.raises(Refused, match="inactiva"):
        appoint(representative, sede)


@pytest.mark.parametrize(
    ("role", "profile"), [("EPS", "DELEGADO"), ("IPS", "PARENTESCO"), ("EMPLEADOR", "INTERNACION")]
)
def test_role_and_profile_are_of_the_catalogue(representative, sede, role, profile):
    fields = {"role": AuthorizedRole.objects.get(pk=role), "profile": AuthorizedProfile.objects.get(pk=profile)}
    with pytest.raises(Refused, match="no es del rol"):
        appoint(representative, sede, **fields)


def test_provider_of_an_ips_authorises_roles_and_sedes_of_the_ips(sede):
    provider, fields = make_provider_of(sede.entity), {"role": AuthorizedRole.objects.get(pk="IPS")}
    arguments = {"by": represent(provider), "entity": provider, "identity": DOCUMENT}
    made = actions.make_appointment(authorization=authorization(sede, **fields), **arguments)
    assert (made.entity, made.sede) == (provider, sede)


def test_ips_authorises_nobody_at_the_sede_of_its_provider(representative, sede):
    place = make_provider_of(sede.entity).sedes.get()
    arguments = {"by": representative, "entity": sede.entity, "identity": DOCUMENT}
    with pytest.raises(Refused, match="no es de la entidad"):
        actions.make_appointment(authorization=authorization(place), **arguments)


def test_provider_without_ips_has_no_role_of_an_ips():
    assert kinds_of(make_entity("PROV")) == ["PROV"]


def test_sede_of_another_entity_is_refused(representative, sede, stranger):
    with pytest.raises(Refused, match="no es de la entidad"):
        actions.make_appointment(
            by=representative,
            entity=sede.entity,
            identity=DOCUMENT,
            authorization=authorization(stranger.entity.sedes.get()),
        )


def test_a_territorial_entity_has_no_sede(db):
    entity = make_entity(EntityKind.ET)
    appointment = actions.make_appointment(
        by=represent(entity), entity=entity, identity=DOCUMENT, authorization=authorization(None)
    )
    assert appointment.sede is None
