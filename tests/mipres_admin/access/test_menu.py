"""Does the menu offer the manual's entries in its order?"""

import pytest

from mipres_admin.access.declarations import declared, own_patterns
from mipres_admin.access.menu import menu_for
from tests.factories import make_claim, make_delegate, make_entity, make_natural

pytestmark = pytest.mark.django_db

EVERYBODY = ["Cambiar Contraseña", "Seguridad de la cuenta"]
USERS = ["Generar Token", "Activar Usuarios", "Consultar Usuarios"]
NETWORK = ["Asociar Entidades", "Consultar Entidades"]
SEDES = ["Crear Sede Proveedor", "Consultar Sedes Proveedor"]


def labels(account):
    return [item.entry.label for item in menu_for(account)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("IPS", [*USERS, "Redes a las que pertenece", "Historia"]),
        ("EPS_C", [*USERS, *NETWORK, "Historia"]),
        ("EPS_S", [*USERS, *NETWORK, "Redes a las que pertenece", "Historia"]),
        ("PROV", [*USERS, *SEDES, "Redes a las que pertenece", "Historia"]),
        ("PPN", [*USERS, "Redes a las que pertenece", "Historia", "Correo de la cuenta"]),
        ("ET", ["Generar Token", *NETWORK, "Historia"]),
    ],
)
def test_menu_of_a_delegate_is_the_manuals(kind, expected):
    assert labels(make_delegate(make_entity(kind))) == expected + EVERYBODY


def test_menu_of_a_natural_person_has_the_registration():
    own = ["Mis datos", "Mis roles en MIPRES", "Registro de Usuarios de MIPRES", "Personas jurídicas"]
    assert labels(make_natural()) == own + EVERYBODY


def test_menu_of_an_unverified_account_has_its_identity():
    assert labels(make_claim().account) == ["Mi identidad", "Cambiar Contraseña"]


def test_menu_of_the_ministry_has_only_the_account(ministry):
    assert labels(ministry) == EVERYBODY


def test_no_two_menu_entries_share_a_place():
    entries = [access.menu for pattern in own_patterns() if (access := declared(pattern.callback)) and access.menu]
    assert len({entry.order for entry in entries}) == len(entries) == 17
