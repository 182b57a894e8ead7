"""Is each refusal told apart, and does each say the way out?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from entities.models import Association
from roles.matrix import Option
from roles.models import SsoPost
from roles.rules import Activation, activation_refusal, option_for, roles_refusal, validity_refusal
from roles.validity import Validity, today
from tests.factories import make_entity, make_sede, make_user

pytestmark = pytest.mark.django_db


def give_post(user, sede, first, last):
    person = user.person
    return SsoPost.objects.create(
        document_type=person.document_type,
        document_number=person.document_number,
        sede=sede,
        starts_on=today() + timedelta(days=first),
        ends_on=today() + timedelta(days=last),
    )


def refusal(entity, user, sede=None, option=Option.PROFESIONAL):
    return activation_refusal(Activation(entity, user, option, sede))


def test_a_professional_may_be_activated(ips, sede):
    assert refusal(ips, make_user(), sede) is None


def test_a_deceased_person_is_refused_by_that_name(ips, sede):
    answer = refusal(ips, make_user(deceased_on=today()), sede)
    assert answer.headline == "Operación no permitida"
    assert "fallecida" in answer.cause


def test_an_sso_at_the_assigned_plaza_may_be_activated(ips, sede):
    user = make_user("SSO")
    give_post(user, sede, -1, 1)
    assert refusal(ips, user, sede) is None


def test_an_sso_may_be_activated_on_the_last_day_of_the_plaza(ips, sede):
    user = make_user("SSO")
    give_post(user, sede, -30, 0)
    assert refusal(ips, user, sede) is None


def test_sso_elsewhere_is_refused_with_the_assigned_plaza(ips, sede):
    user = make_user("SSO")
    plaza = make_sede(ips)
    give_post(user, plaza, -1, 1)
    answer = refusal(ips, user, sede)
    assert answer.headline == "Operación no permitida"
    assert plaza.code in answer.cause


def test_an_sso_of_another_entity_is_refused_before_any_sede_is_chosen(ips, stranger):
    user = make_user("SSO")
    give_post(user, stranger.entity.sedes.get(), -1, 1)
    assert "Su entidad no es la plaza" in refusal(ips, user).cause


def test_ex_sso_is_refused_until_registered_again(ips, sede):
    user = make_user("SSO")
    give_post(user, sede, -30, -1)
    answer = refusal(ips, user, sede)
    assert answer.headline == "Operación no permitida"
    assert "no se ha registrado de nuevo" in answer.cause
    assert "registrarse como Profesional de la salud" in answer.remedy


def test_sso_with_a_future_plaza_is_refused_with_its_day(ips, sede):
    user = make_user("SSO")
    give_post(user, sede, 3, 30)
    assert "empieza el" in refusal(ips, user, sede).cause


def test_an_administrative_user_under_professional_is_sent_to_the_right_option(ips, sede):
    answer = refusal(ips, make_user("OTRO"), sede)
    assert "Personal Administrativo" in answer.remedy


def test_user_without_any_role_for_the_entity_is_refused(ips, sede):
    answer = refusal(ips, make_user("SSO", "P10"), sede)
    assert "Ningún rol" in answer.remedy


def test_a_sede_of_another_entity_is_refused(ips, stranger):
    assert refusal(ips, make_user(), stranger.entity.sedes.get()).headline == "Sede no disponible"


def test_a_closed_sede_is_refused_with_its_date(ips):
    closed = make_sede(ips, closed_on=today())
    assert "cerrada desde" in refusal(ips, make_user(), closed).cause


def test_a_disabled_sede_of_a_provider_is_refused_with_what_to_do():
    provider = make_entity("PROV")
    disabled = make_sede(provider, code="PROV000001", closed_on=today())
    answer = refusal(provider, make_user("OTRO"), disabled, Option.ADMINISTRATIVO)
    assert "está deshabilitada desde" in answer.cause
    assert "Consultar Sedes Proveedor" in answer.remedy


def test_an_option_of_another_kind_of_entity_is_refused(ips, sede):
    assert "no es de su tipo de entidad" in refusal(ips, make_user(), sede, Option.INDEPENDIENTE).cause


def test_the_fitting_option_is_found_by_the_kind_of_user(ips):
    assert option_for(ips, make_user()) == Option.PROFESIONAL
    assert option_for(ips, make_user("OTRO")) == Option.ADMINISTRATIVO


def test_a_role_outside_the_matrix_is_refused_by_name(ips):
    arguments = Activation(ips, make_user(profession="P08"), Option.PROFESIONAL)
    assert "Rol_Prescriptor" in roles_refusal(arguments, {"Rol_Prescriptor"}).cause


def test_no_roles_at_all_is_refused(ips):
    assert roles_refusal(Activation(ips, make_user(), Option.PROFESIONAL), set()).headline == "Faltan los roles"


# ---------------------------------------------------------------- EPS, Proveedor, Proveedor Persona Natural


def independent(user, owner, **when):
    """The user as an independent professional of REPS in the network of `owner`."""
    person = user.person
    member = make_entity("PI", identification_type=person.document_type, nit=person.document_number)
    return Association.objects.create(owner=owner, member=member, **({"starts_at": timezone.now()} | when))


def test_an_eps_activates_an_independent_professional_of_its_network():
    eps, user = make_entity("EPS_C"), make_user()
    independent(user, eps)
    assert refusal(eps, user, option=Option.INDEPENDIENTE) is None


def test_an_eps_does_not_activate_an_independent_professional_of_another_network():
    eps, user = make_entity("EPS_C"), make_user()
    independent(user, make_entity("EPS_C"))
    assert "asociado a su red" in refusal(eps, user, option=Option.INDEPENDIENTE).cause


def test_the_eps_s_of_the_same_nit_has_its_own_network():
    contributivo, subsidiado = make_entity("EPS_C", nit="860066942"), make_entity("EPS_S", nit="860066942")
    user = make_user()
    independent(user, contributivo)
    assert refusal(subsidiado, user, option=Option.INDEPENDIENTE)


def test_a_professional_whose_association_ended_is_refused():
    eps, user, now = make_entity("EPS_C"), make_user(), timezone.now()
    independent(user, eps, starts_at=now - timedelta(days=2), ends_at=now)
    assert refusal(eps, user, option=Option.INDEPENDIENTE)


def test_an_eps_activates_any_professional_as_administrative():
    assert refusal(make_entity("EPS_S"), make_user(profession="P11"), option=Option.ADMINISTRATIVO_EPS) is None


def test_a_proveedor_activates_another_user():
    assert refusal(make_entity("PROV"), make_user("OTRO"), option=Option.ADMINISTRATIVO) is None


@pytest.mark.parametrize("kind", ["PROF", "OTRO", "SSO"])
def test_ppn_activates_themselves_as_any_kind_of_user(kind):
    user = make_user(kind)
    ppn = make_entity("PPN", identification_type="CC", nit=user.person.document_number)
    assert refusal(ppn, user, option=Option.ADMINISTRATIVO) is None


def test_ppn_cannot_activate_another_person():
    assert "a sí mismo" in refusal(make_entity("PPN"), make_user("OTRO"), option=Option.ADMINISTRATIVO).cause


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(("first", "last"), [(None, None), (0, 0), (0, 5), (3, 3), (None, 0)])
def test_dates_from_today_on_are_accepted(first, last):
    assert validity_refusal(days(first, last)) is None


@pytest.mark.parametrize(("first", "last"), [(-1, None), (None, -1), (5, 4)])
def test_dates_in_the_past_or_upside_down_are_refused(first, last):
    assert validity_refusal(days(first, last)).headline == "Fechas no válidas"


def days(first, last):
    def day(number):
        return None if number is None else today() + timedelta(days=number)

    return Validity(day(first), day(last))
