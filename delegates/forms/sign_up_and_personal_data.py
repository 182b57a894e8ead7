"""What does a person type to sign up and to change their data, and how are mistakes worded?"""

from dataclasses import fields
from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.forms.captcha import CaptchaForm
from accounts.forms.documents import CHOOSE, DocumentForm
from accounts.forms.person_fields import NameField
from accounts.models import Sex
from delegates.actions.sign_up import Applicant
from mipres_admin.database.clock import today
from mipres_admin.forms import ActionForm, EmailField


def sex_field() -> forms.ChoiceField:
    """Sexo, as in the identity document."""
    return forms.ChoiceField(
        label="Sexo",
        choices=[("", CHOOSE), *Sex.choices],
        help_text="Como figura en su documento de identidad.",
        error_messages={
            "required": "Ingrese el sexo.",
            "invalid_choice": "El sexo debe ser uno de la lista, por ejemplo Femenino.",
        },
    )


def issued_on_field() -> forms.DateField:
    """The day on which the document was issued, which only who has it in their hands reads."""
    message = "La fecha de expedición debe ser una fecha hasta hoy, por ejemplo 2015-08-24."
    return forms.DateField(
        label="Fecha de expedición del documento",
        help_text="Está en su documento, por ejemplo al respaldo de la cédula.",
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        validators=[MinValueValidator(date(1900, 1, 1), message), MaxValueValidator(today, message)],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
        error_messages={"required": "Ingrese la fecha de expedición.", "invalid": message},
    )


class IdentityFieldsForm(forms.Form):
    """Names, fecha de expedición and sexo, as they are on the document."""

    first_name = NameField("Primer nombre", "María", "given-name", required=True)
    second_name = NameField("Segundo nombre", "Gabriela", "additional-name")
    first_surname = NameField("Primer apellido", "Suárez", "family-name", required=True)
    second_surname = NameField("Segundo apellido", "Núñez", "off")
    issued_on = issued_on_field()
    sex = sex_field()


class SignUpForm(IdentityFieldsForm, DocumentForm, CaptchaForm):
    """Registro in Mi Seguridad Social, persona natural; the fields of "Datos de delegados" in the provider manual."""

    email = EmailField("Allí llegará el enlace que abre su cuenta. Use uno que solo lea usted.")
    notice = forms.BooleanField(
        label="He leído el aviso de privacidad y autorizo el tratamiento de mis datos personales",
        error_messages={"required": "Ingrese su autorización: sin ella el portal no puede tratar sus datos."},
    )

    @property
    def applicant(self) -> Applicant:
        """What was typed, in a valid form."""
        return Applicant(**{field.name: self.cleaned_data[field.name] for field in fields(Applicant)})


class SexForm(forms.Form):
    """The sexo, which a person may correct."""

    sex = sex_field()


class EmailForm(ActionForm):
    """A new e-mail."""

    email = EmailField(
        "Allí llegará un enlace. El correo cambia cuando usted lo use.", label="Correo electrónico nuevo"
    )
