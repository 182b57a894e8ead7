"""Which fields has the form of Administrar autorizados, and how are mistakes worded?"""

import pytest

from delegates.forms.appointments import AuthorizedForm
from delegates.models import Appointment
from tests.cells import each_cell
from tests.delegates.appointing import client_of, form_data, page_of

pytestmark = pytest.mark.django_db


def test_the_form_has_the_fields_of_the_manual_in_their_order(representative, sede):
    labels = [field.label for field in AuthorizedForm(entity=sede.entity).visible_fields()]
    assert labels == [
        "Tipo documento",
        "Número documento",
        "Sexo",
        "Correo electrónico",
        "Primer nombre",
        "Segundo nombre",
        "Primer apellido",
        "Segundo apellido",
        "Rol autorizado",
        "Perfil autorizado",
        "Sede",
    ]


@each_cell(
    ("fields", "said"),
    [
        ({"document_type": "TI"}, "El tipo de documento debe ser uno de la lista"),
        ({"document_number": "1"}, "de 3 a 20 letras o dígitos"),
        ({"sex": ""}, "Ingrese el sexo."),
        ({"email": "nadie"}, "debe tener usuario, arroba y dominio"),
        ({"first_name": ""}, "Ingrese el primer nombre."),
        ({"first_name": "Abra https://falso.example"}, "El primer nombre debe tener solo letras"),
        ({"first_surname": "4"}, "debe tener solo letras"),
        ({"role": ""}, "Ingrese el rol autorizado."),
        ({"role": "EPS"}, "El rol autorizado debe ser uno de la lista"),
        ({"role": "EMPLEADOR", "profile": "INTERNACION"}, "para el rol elegido"),
        ({"sede": "110019999901"}, "No hay ninguna sede con el código 110019999901."),
    ],
)
def test_mistakes_are_worded(representative, sede, fields, said):
    data = form_data(sede, **fields)
    assert said in page_of(client_of(representative), "new_authorized", sede.entity.pk, data=data, post=True)
    assert not Appointment.objects.exists()
