"""Which names and data does the sign-up accept, and how are mistakes worded?"""

import pytest

from delegates.models import SignUp
from tests.cells import each_cell
from tests.delegates.own_data import DATA
from tests.delegates.signing_up import page_text, send_sign_up

pytestmark = pytest.mark.django_db


@each_cell(
    ("field", "typed", "message"),
    [
        ("document_number", "", "Ingrese el documento de identificación."),
        ("document_type", "TI", "debe ser uno de la lista"),
        ("first_name", "", "Ingrese el primer nombre."),
        ("first_name", "M4ría", "debe tener solo letras, por ejemplo María."),
        ("first_surname", "x" * 61, "máximo 60 letras"),
        ("sex", "", "Ingrese el sexo."),
        ("email", "maria", "por ejemplo nombre@dominio.com"),
        ("notice", "", "Ingrese su autorización"),
        ("captcha", "", "Ingrese el código de la imagen."),
        ("captcha", "NOES1", "El texto ingresado no corresponde con el de la imagen"),
    ],
)
def test_missing_or_wrong_fields_show_messages(client, field, typed, message):
    assert message in page_text(send_sign_up(client, **{field: typed}))
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("name", ["De la Cruz", "O’Neill", "Ñáñez", "Jean-Marie", "Ma."])
def test_names_of_people_are_accepted(client, name):
    assert send_sign_up(client, first_name=name).status_code == 302


def test_wrong_sexo_shows_a_message(rosa_client):
    assert "El sexo debe ser uno de la lista" in page_text(rosa_client.post(f"{DATA}corregir/", {"sex": "X"}))
