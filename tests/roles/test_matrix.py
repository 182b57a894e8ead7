"""Does the matrix say what the norm says? Its table is written here by hand, from manual v4.1 §10 and §11.2."""

from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from entities.models import Association, Entity
from mipres_admin.refusals import Refused
from roles.actions.role_assignments import activate_user
from roles.matrix import MEANINGS, Option, Role, derived_roles, options_for
from roles.models import RegisteredUser, RoleAssignment, SsoPost
from roles.rules import Activation, roles_refusal
from roles.validity import today
from tests.factories import make_delegate, make_entity, make_sede, make_user

ANY_IPS = "Rol_JuntaMedicaIPS Rol_Anulador"
EPS_ADMIN = "Rol_AnuladorEPS Rol_JuntaMedicaEPS Rol_Recobrante Rol_Transcriptor"
EXPECTED = [
    # option, kind of entity, kind of user, professions, roles
    ("profesional", "IPS", "PROF", "P07 P09 P10", f"Rol_Prescriptor {ANY_IPS}"),
    ("profesional", "IPS", "PROF", "P08", f"Rol_Ordenador {ANY_IPS}"),
    ("profesional", "IPS", "PROF", "P03", f"Rol_OrdenadorEnfermeria {ANY_IPS}"),
    ("profesional", "IPS", "PROF", "P01 P04 P05 P06 P11 P13 P14 P16 P17", ANY_IPS),
    ("profesional", "IPS", "PROF", "P02 P12 P99", "Rol_Anulador"),
    ("profesional", "IPS", "SSO", "P07 P09", f"Rol_Prescriptor {ANY_IPS}"),
    ("profesional", "IPS", "SSO", "P03", f"Rol_OrdenadorEnfermeria {ANY_IPS}"),
    ("profesional", "IPS", "SSO", "P01", ANY_IPS),
    ("profesional", "IPS", "SSO", "P08 P10 P99", ""),
    ("profesional", "IPS", "OTRO", "-", ""),
    ("administrativo", "IPS", "OTRO", "-", "Rol_Admision Rol_TranscriptorIPS Rol_Dispensador"),
    ("administrativo", "IPS", "PROF", "P07", ""),
    ("administrativo", "IPS", "SSO", "P07", ""),
    ("independiente", "EPS_C", "PROF", "P07 P09 P10", "Rol_Prescriptor Rol_Dispensador"),
    ("independiente", "EPS_S", "PROF", "P08", "Rol_Ordenador Rol_Dispensador"),
    ("independiente", "EPS_C", "PROF", "P03 P99", ""),
    ("independiente", "EPS_C", "OTRO", "-", ""),
    ("administrativo-eps", "EPS_C", "PROF", "P01 P07 P99", EPS_ADMIN),
    ("administrativo-eps", "EPS_S", "OTRO", "-", "Rol_ServicioComplementario"),
    ("administrativo-eps", "EPS_C", "SSO", "P07", ""),
    ("administrativo", "PROV", "OTRO", "-", "Rol_Dispensador"),
    ("administrativo", "PPN", "OTRO", "-", "Rol_Dispensador"),
    ("administrativo", "PPN", "PROF", "P07 P99", "Rol_Dispensador"),
    ("administrativo", "PPN", "SSO", "P07 P99", "Rol_Dispensador"),
    ("administrativo", "PROV", "PROF", "P07", ""),
    ("profesional", "EPS_C", "PROF", "P07", ""),
    ("profesional", "ET", "PROF", "P07", ""),
    ("administrativo", "ET", "OTRO", "-", ""),
]
# fmt: off
ROLES = [
    "Rol_Prescriptor", "Rol_Ordenador", "Rol_OrdenadorEnfermeria", "Rol_Anulador",
    "Rol_AnuladorEPS", "Rol_JuntaMedicaIPS", "Rol_JuntaMedicaEPS", "Rol_Recobrante",
    "Rol_Transcriptor", "Rol_TranscriptorIPS", "Rol_Dispensador", "Rol_Admision",
    "Rol_ServicioComplementario",
]
# fmt: on
PROFESSIONS = [f"P{number:02}" for number in range(1, 18)] + ["P99"]
OPTION_NAMES = ("profesional", "independiente", "administrativo-eps", "administrativo")
ENTITY_KINDS = ("IPS", "EPS_C", "EPS_S", "PROV", "PPN", "ET", "PI")


def norm():
    """What the lines above say of every profession: (option, entity, user, profession) and its roles."""
    message = {}
    for option, entity, user, professions, roles in EXPECTED:
        both = ("EPS_C", "EPS_S") if entity in ("EPS_C", "EPS_S") else (entity,)
        for kind, profession in product(both, professions.split()):
            for each in PROFESSIONS if profession == "P99" else [profession]:
                message.setdefault((option, kind, user, each), set(roles.split()))
    return message


NORM = norm()


def refusal_of(option, kind, user, profession, role):
    """What the server's check of the roles says."""
    person = RegisteredUser(kind=user, profession_id=None if profession == "-" else profession)
    return roles_refusal(Activation(Entity(kind=kind), person, option), {role})


def test_the_roles_are_those_of_the_manual():
    assert set(Role.values) == set(ROLES)


def test_only_the_roles_of_the_norm_are_allowed(subtests):
    """Every role of every profession, kind of user and of entity, and option."""
    for option, kind, user in product(OPTION_NAMES, ENTITY_KINDS, ("PROF", "SSO", "OTRO")):
        for profession in ["-"] if user == "OTRO" else PROFESSIONS:
            with subtests.test(option=option, kind=kind, user=user, profession=profession):
                allowed = {role for role in ROLES if refusal_of(option, kind, user, profession, role) is None}
                assert allowed == NORM.get((option, kind, user, profession), set())


def test_the_walk_over_the_matrix_meets_every_line_of_the_norm():
    cells = product(OPTION_NAMES, ENTITY_KINDS, ("PROF", "SSO", "OTRO"), ["-", *PROFESSIONS])
    assert set(NORM) <= {cell for cell in cells if (cell[2] == "OTRO") == (cell[3] == "-")}


def users_of(kind, user, profession, entity):
    """A user to whom nothing but the matrix can be an obstacle, and a sede of the entity."""
    number = {"document_number": entity.nit} if kind == "PPN" else {}
    registered = make_user(
        user, profession if profession in {"P01", "P03", "P07", "P08", "P09", "P10"} else "P07", **number
    )
    sede, number = make_sede(entity), registered.person.document_number
    if kind.startswith("EPS"):
        member = make_entity("PI", identification_type="CC", nit=number)
        Association.objects.create(owner=entity, member=member, starts_at=timezone.now())
    SsoPost.objects.create(
        document_type="CC", document_number=number, sede=sede, starts_on=today(), ends_on=today() + timedelta(days=9)
    )
    return registered, sede


LINES = [line for line in EXPECTED if set(line[3].split()) & {"P01", "P03", "P07", "P08", "-"}]


@pytest.mark.django_db
@pytest.mark.parametrize(("option", "kind", "user", "professions", "roles"), LINES)
def test_the_action_gives_exactly_the_roles_of_the_line(option, kind, user, professions, roles):
    entity = make_entity(kind)
    registered, sede = users_of(kind, user, professions.split()[0], entity)
    delegate = make_delegate(entity)
    for role in ROLES:
        with suppress(Refused):
            activate_user(by=delegate, user=registered, sede=sede, option=option, roles=[role])
    assert set(RoleAssignment.objects.values_list("role", flat=True)) == set(roles.split())


def test_each_kind_of_delegate_sees_its_own_options():
    assert options_for("IPS") == [Option.PROFESIONAL, Option.ADMINISTRATIVO]
    assert options_for("EPS_C") == options_for("EPS_S") == [Option.INDEPENDIENTE, Option.ADMINISTRATIVO_EPS]
    assert options_for("PROV") == options_for("PPN") == [Option.ADMINISTRATIVO]
    assert options_for("ET") == []


def test_every_role_has_a_meaning():
    assert set(MEANINGS) == set(Role)


def test_prescriptor_exclusiones_comes_with_medicina_and_prescriptor_only():
    assert derived_roles({"Rol_Prescriptor"}, "P07") == ("Rol_PrescriptorExclusiones",)
    assert derived_roles({"Rol_Prescriptor"}, "P09") == ()
    assert derived_roles({"Rol_Anulador"}, "P07") == ()


def test_prescriptor_exclusiones_cannot_be_assigned():
    assert "Rol_PrescriptorExclusiones" not in Role.values
