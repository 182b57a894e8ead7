"""Which names and e-mails do the fields of a person accept?"""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms.person_fields import NameField
from mipres_admin.forms import EmailField

NAME = NameField("Primer nombre", "María", "off", required=True)


def test_name_loses_pasted_spaces():
    form = forms.Form({"name": "  María \u200b  José "})
    form.fields["name"] = NAME
    assert form.is_valid()
    assert form.cleaned_data == {"name": "María José"}


@pytest.mark.parametrize(("value", "message"), [("", "Ingrese el primer nombre."), ("M4ría", "solo letras")])
def test_wrong_name_is_explained(value, message):
    with pytest.raises(ValidationError, match=message):
        NAME.clean(value)


def test_wrong_email_is_explained():
    with pytest.raises(ValidationError, match="por ejemplo nombre@dominio"):
        EmailField("").clean("nombre")
