"""How is every form drawn, and why does the Ministry act? With the portal's templates; with a reason."""

from django import forms
from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Draw fields with `components/field.html`; templates of `templates/` come before Django's."""

    field_template_name = "components/field.html"


class ReasonForm(forms.Form):
    """Why the Ministry does something to somebody's things."""

    reason = forms.CharField(
        label="Motivo",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Queda en la historia, y lo lee la entidad a la que toca. No escriba datos personales.",
        error_messages={
            "required": "Ingrese el motivo.",
            "max_length": "El motivo debe tener 200 caracteres o menos, por ejemplo Lo pidió la entidad por escrito.",
        },
    )
