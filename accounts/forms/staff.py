"""The forms to create an account of the Ministry's staff and to change its groups."""

from dataclasses import fields
from typing import Any

from django import forms

from accounts.actions.staff import StaffDetails
from accounts.forms.documents import DocumentForm
from accounts.forms.login import validate_login
from accounts.forms.person_fields import NameField
from accounts.staff_group_labels import PURPOSES
from mipres_admin.access.groups import StaffGroup
from mipres_admin.backoffice.forms import ReasonForm
from mipres_admin.forms import EmailField

GROUP_CHOICES = [(group.value, f"{group.label}: {PURPOSES[group]}") for group in StaffGroup]
READ_BY_THE_PERSON = "Queda en la historia, y la persona lo recibe por correo. No escriba datos personales."


def groups_field(*, required: bool, help_text: str = "") -> forms.MultipleChoiceField:
    """The five groups, each with what it is for."""
    return forms.MultipleChoiceField(
        label="Grupos",
        choices=GROUP_CHOICES,
        required=required,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
        error_messages={
            "required": "Ingrese al menos un grupo.",
            "invalid_choice": "Los grupos deben ser de los de la lista, por ejemplo Soporte.",
        },
    )


class PersonReasonForm(ReasonForm):
    """The reason of an action on an account that is of no entity, whose holder reads it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].help_text = READ_BY_THE_PERSON


class GroupsForm(PersonReasonForm):
    """The new groups of an account, and those that the page showed."""

    groups = groups_field(required=False, help_text="Sin ningún grupo, la persona ingresa y no ve nada.")
    expected_groups = forms.MultipleChoiceField(choices=GROUP_CHOICES, required=False, widget=forms.MultipleHiddenInput)
    field_order = ("groups", "reason", "expected_groups")


class StaffForm(DocumentForm, PersonReasonForm):
    """A new account of the Ministry."""

    login = forms.CharField(
        label="Usuario",
        max_length=40,
        validators=[validate_login],
        help_text="Con él ingresa. De 3 a 40 letras o números, por ejemplo APEREZ.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={
            "required": "Ingrese el usuario.",
            "max_length": "El usuario debe tener de 3 a 40 letras o números, por ejemplo APEREZ.",
        },
    )
    first_name = NameField("Primer nombre", "María", "off", required=True)
    second_name = NameField("Segundo nombre", "Gabriela", "off")
    first_surname = NameField("Primer apellido", "Suárez", "off", required=True)
    second_surname = NameField("Segundo apellido", "Núñez", "off")
    email = EmailField("El institucional de la persona: allí llega el enlace para asignar la contraseña.")
    groups = groups_field(required=True)
    field_order = (
        "login",
        "document_type",
        "document_number",
        "first_name",
        "second_name",
        "first_surname",
        "second_surname",
        "email",
        "groups",
        "reason",
    )

    def clean_login(self) -> str:
        """The login as accounts store it."""
        return str(self.cleaned_data["login"]).upper()

    @property
    def details(self) -> StaffDetails:
        """Who was typed, in a valid form."""
        return StaffDetails(**{field.name: self.cleaned_data[field.name] for field in fields(StaffDetails)})
