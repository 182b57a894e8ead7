"""The form fields for the type and number of a person's document."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.models import DOCUMENT_NUMBER, DocumentType
from mipres_admin.forms import ActionForm

CHOOSE = "--Seleccione--"


class DocumentInput(forms.TextInput):
    """A document number as people paste it: dots, spaces and lower case are forgiven."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        if not isinstance(value, str):
            return value
        value = value.replace(".", "").replace(" ", "")
        # upper() would turn some foreign letters into others: those are for the validator to refuse
        return value.upper() if value.isascii() else value


def document_number_field(label: str, required: str) -> forms.CharField:
    """The number of a person's document; `required` says that it is missing."""
    return forms.CharField(
        label=label,
        max_length=20,
        validators=[
            RegexValidator(
                DOCUMENT_NUMBER,
                "El documento debe tener de 3 a 20 letras o dígitos, sin puntos ni espacios, por ejemplo 1025000111.",
            )
        ],
        widget=DocumentInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": required,
            "max_length": "El documento debe tener máximo 20 letras o dígitos, por ejemplo 1025000111.",
        },
    )


class DocumentForm(ActionForm):
    """Type and number of a person's document."""

    document_type = forms.ChoiceField(
        label="Tipo de Identificación",
        choices=[("", CHOOSE), *DocumentType.choices],
        error_messages={
            "required": "Ingrese el tipo de identificación.",
            "invalid_choice": "El tipo de identificación debe ser uno de la lista, por ejemplo Cédula de ciudadanía.",
        },
    )
    document_number = document_number_field("Documento identificación", "Ingrese el documento de identificación.")
