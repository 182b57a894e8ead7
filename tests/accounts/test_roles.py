"""Does the matrix say what the norm says? Its table is written here by hand, from manual v4.1 §10 and §11.2."""

import pytest

from accounts.roles import MEANINGS, Option, Role, assignable_roles, derived_roles, options_for

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
    ("administrativo", "PPN", "SSO", "P07", "Rol_Dispensador"),
    ("administrativo", "PROV", "PROF", "P07", ""),
    ("profesional", "EPS_C", "PROF", "P07", ""),
    ("profesional", "ET", "PROF", "P07", ""),
    ("administrativo", "ET", "OTRO", "-", ""),
]
CELLS = [(o, e, u, p, roles) for o, e, u, professions, roles in EXPECTED for p in professions.split()]


@pytest.mark.parametrize(("option", "entity", "user", "profession", "roles"), CELLS)
def test_a_delegate_may_assign_exactly_the_roles_of_the_norm(option, entity, user, profession, roles):
    assert set(assignable_roles(option, entity, user, None if profession == "-" else profession)) == set(roles.split())


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


def test_prescriptor_exclusiones_can_not_be_assigned():
    assert "Rol_PrescriptorExclusiones" not in Role.values
