"""The form field for a person's names."""

from django import forms
from django.core.validators import RegexValidator

A_NAME = r"\A[^\W\d_]+(?:[ '.-]+[^\W\d_]+)*\.?\Z"


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
