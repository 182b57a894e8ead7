"""The form fields for the type and number of a person's document, and for a NIT."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import DocumentType
from mipres_admin.forms import ActionForm
from mipres_admin.reading.identifiers import NotRead, read_document, read_nit

CHOOSE = "--Seleccione--"
# as long as people paste, with the type, points and blanks
LONGEST_WRITTEN = 40


def document_number_field(label: str, required: str) -> forms.CharField:
    """The number of a person's document, in a `DocumentNumberForm`; `required` says that it is missing."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_WRITTEN,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": required,
            "max_length": "El documento debe tener máximo 20 letras o dígitos, por ejemplo 1025000111.",
            "null_characters_not_allowed": "El documento debe tener solo letras y dígitos, por ejemplo 1025000111.",
        },
    )


class DocumentNumberForm(ActionForm):
    """A form with `document_type`, and after it `document_number`, as people paste it."""

    def clean_document_number(self) -> str:
        """The document that is certain; the message says why there is none."""
        typed, kind = self.cleaned_data["document_number"], self.cleaned_data.get("document_type", "")
        try:
            return read_document(typed, kind)
        except NotRead as mistake:
            raise ValidationError(f"El documento {mistake}.") from mistake


class DocumentForm(DocumentNumberForm):
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


class NitField(forms.CharField):
    """The NIT of an entity, with or without points and check digit; its value has neither."""

    def __init__(self, *, label: str, missing: str, help_text: str = "", **attrs: str) -> None:
        super().__init__(
            label=label,
            max_length=LONGEST_WRITTEN,
            help_text=help_text,
            widget=forms.TextInput(
                attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"} | attrs
            ),
            error_messages={
                "required": missing,
                "max_length": "El NIT debe tener máximo 10 dígitos, por ejemplo 900123456.",
                "null_characters_not_allowed": "El NIT debe tener solo dígitos, por ejemplo 900123456.",
            },
        )

    def clean(self, value: Any) -> str:
        """The NIT without check digit; the message says why there is none."""
        typed = super().clean(value)
        try:
            return read_nit(typed)
        except NotRead as mistake:
            raise ValidationError(f"El NIT {mistake}.", code="invalid") from mistake
