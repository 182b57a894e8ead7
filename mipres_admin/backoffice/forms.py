"""Why does the Ministry act? Every action of the admin asks for a reason."""

from django import forms

from mipres_admin.forms import wording


def decision_reason(help_text: str, missing: str = "Ingrese el motivo.") -> forms.CharField:
    """Why a reviewer decides as they do, which the person may read: longer than that of `ReasonForm`."""
    return forms.CharField(
        label="Motivo",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=help_text,
        error_messages=wording(missing, "El motivo debe tener máximo 2000 letras."),
    )


class ReasonForm(forms.Form):
    """The reason; an action that asks more extends it."""

    reason = forms.CharField(
        label="Motivo",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Queda en la historia, y lo lee la entidad a la que toca. No escriba datos personales.",
        error_messages=wording(
            "Ingrese el motivo.",
            "El motivo debe tener 200 caracteres o menos, por ejemplo Lo pidió la entidad por escrito.",
        ),
    )
