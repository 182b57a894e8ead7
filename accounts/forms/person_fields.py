"""The form fields for a person's names and e-mail."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

A_NAME = r"\A[^\W\d_]+(?:[ '’.-]+[^\W\d_]+)*\.?\Z"


class NameField(forms.CharField):
    """One of the four names of a person: letters, with single spaces."""

    def __init__(self, label: str, example: str, autocomplete: str, *, required: bool = False) -> None:
        wrong = f"El {label.lower()} debe tener solo letras, por ejemplo {example}."
        super().__init__(
            label=label,
            required=required,
            max_length=60,
            validators=[RegexValidator(A_NAME, wrong)],
            widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
            error_messages={
                "required": f"Ingrese el {label.lower()}.",
                "max_length": f"El {label.lower()} debe tener máximo 60 letras, por ejemplo {example}.",
            },
        )

    def to_python(self, value: Any) -> str:
        """Without the spaces that people paste."""
        return " ".join((super().to_python(value) or "").split())


def email_field(label: str, help_text: str) -> forms.EmailField:
    """A person's e-mail."""
    return forms.EmailField(
        label=label,
        max_length=254,
        help_text=help_text,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": "Ingrese el correo electrónico.",
            "invalid": "El correo electrónico debe tener usuario, arroba y dominio, por ejemplo nombre@dominio.com.",
            "max_length": "El correo electrónico debe tener máximo 254 caracteres, por ejemplo nombre@dominio.com.",
        },
    )
