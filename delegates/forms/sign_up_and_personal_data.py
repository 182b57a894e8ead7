"""What does a person type to sign up and to change their data, and how are mistakes worded?"""

from dataclasses import fields

from django import forms

from accounts.forms.captcha import CaptchaForm
from accounts.forms.documents import CHOOSE, DocumentForm
from accounts.forms.login import LONGEST_PASSWORD
from accounts.forms.person_fields import NameField, email_field
from accounts.models import Sex
from delegates.actions.sign_up import Applicant
from mipres_admin.forms import ActionForm


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


class SignUpForm(DocumentForm, CaptchaForm):
    """Registro in Mi Seguridad Social, persona natural; the fields of "Datos de delegados" in the provider manual."""

    first_name = NameField("Primer nombre", "María", "given-name", required=True)
    second_name = NameField("Segundo nombre", "Gabriela", "additional-name")
    first_surname = NameField("Primer apellido", "Suárez", "family-name", required=True)
    second_surname = NameField("Segundo apellido", "Núñez", "off")
    sex = sex_field()
    email = email_field("Correo electrónico", "Allí llegará el enlace que abre su cuenta. Use uno que solo lea usted.")
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
    """A new e-mail, and the password of the account."""

    email = email_field("Correo electrónico nuevo", "Allí llegará un enlace. El correo cambia cuando usted lo use.")
    old = forms.CharField(
        label="Su contraseña",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": "Ingrese su contraseña.",
            "max_length": f"La contraseña debe tener máximo {LONGEST_PASSWORD} caracteres.",
        },
    )
