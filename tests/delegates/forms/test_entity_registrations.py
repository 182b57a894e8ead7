"""How are mistakes in the registration of an entity worded?"""

import pytest

from delegates.models import EntityRegistration
from tests import rut as files
from tests.cells import each_cell
from tests.delegates.registering_entities import client_of, post, upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (files.too_large, "máximo 1 MB"),
        (files.zip_renamed, "debe ser el PDF del RUT"),
        (lambda: files.encrypted("clave"), "tiene contraseña"),
        (files.with_javascript, "trae programas"),
        (files.truncated, "no pudo abrir el PDF"),
        (lambda: b"", "está vacío"),
    ],
    ids=["5 MB", "zip", "encrypted", "javascript", "damaged", "empty"],
)
def test_unacceptable_file_is_refused_on_the_form(enabled_ips, applicant, data, said):
    response = post(client_of(applicant), rut=upload(data()))
    assert said in response.content.decode()
    assert not EntityRegistration.objects.exists()


@each_cell(
    ("fields", "said"),
    [
        ({"nit": ""}, "Ingrese el NIT."),
        ({"nit": "12"}, "de 6 a 10 dígitos"),
        ({"nit": "900123456-1"}, "sin dígito de verificación: «1» no es el de 900123456"),
        ({"name": ""}, "Ingrese la razón social."),
        ({"name": "..."}, "debe tener letras"),
        ({"department": "05"}, "debe ser del departamento elegido"),
        ({"municipality": "99999"}, "El municipio debe ser uno de la lista"),
        ({"phone": "abc"}, "de 7 a 20 dígitos"),
        ({}, "Elija el PDF del RUT."),
        ({"nit": "900\x00123"}, "NIT"),
    ],
)
def test_mistakes_are_worded(enabled_ips, applicant, fields, said):
    assert said in post(client_of(applicant), **fields).content.decode()


def test_an_eps_names_its_regimenes(applicant):
    assert "Marque al menos un régimen." in post(client_of(applicant), "EPS").content.decode()


def test_a_territorial_entity_names_its_model(applicant):
    assert "Elija el modelo 1 o el modelo 2." in post(client_of(applicant), "ET").content.decode()
