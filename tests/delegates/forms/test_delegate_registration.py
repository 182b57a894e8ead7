"""How are mistakes in the registration of a delegate worded?"""

import pytest

from entities.models import Entity
from tests.delegates.registering import (
    DELEGATE,
    PLACE,
    page_text,
    send_form,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"nit": ""}, "Ingrese el NIT de la entidad."),
        ({"nit": "900123456-7"}, "sin dígito de verificación: «7» no es el de 900123456."),
        ({"nit": "9" * 30}, "de 6 a 10 dígitos"),
        ({"et_model": ""}, "Elija el modelo"),
        ({"et_model": "3"}, "El modelo debe ser el 1 o el 2."),
        ({"captcha": "NOES1"}, "El texto ingresado no corresponde con el de la imagen"),
    ],
)
def test_missing_or_wrong_fields_show_messages(natural_client, fields, message):
    assert message in page_text(
        send_form(natural_client, f"{DELEGATE}?tipo=ET", **({"nit": "900123456", "et_model": "1"} | fields))
    )


@pytest.mark.parametrize("kind", ["", "PI", "x" * 500])
def test_another_kind_of_entity_asks_for_one(natural_client, kind):
    page = page_text(natural_client.get(DELEGATE, {"tipo": kind}))
    assert "Revise lo siguiente" in page
    assert natural_client.post(f"{DELEGATE}?tipo={kind}").status_code == 200


def test_the_municipality_is_of_the_department(natural_client):
    assert "del departamento elegido" in page_text(
        send_form(natural_client, f"{DELEGATE}?tipo=PPN", **PLACE | {"department": "05"})
    )
    assert not Entity.objects.exists()
