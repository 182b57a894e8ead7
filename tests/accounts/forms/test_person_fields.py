"""Which names and e-mails do the fields of a person accept?"""

import pytest
from django.core.exceptions import ValidationError

from accounts.forms.person_fields import NameField, email_field

NAME = NameField("Primer nombre", "María", "off", required=True)


def test_name_loses_pasted_spaces():
    assert NAME.clean("  María   José ") == "María José"


@pytest.mark.parametrize(("value", "message"), [("", "Ingrese el primer nombre."), ("M4ría", "solo letras")])
def test_wrong_name_is_explained(value, message):
    with pytest.raises(ValidationError, match=message):
        NAME.clean(value)


def test_wrong_email_is_explained():
    with pytest.raises(ValidationError, match="por ejemplo nombre@dominio"):
        email_field("Correo electrónico", "").clean("nombre")
