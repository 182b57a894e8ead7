"""What may be typed to issue or verify a constancia, and how is a mistake worded?"""

from datetime import date

from django import forms

from mipres_admin.forms import ActionForm, DayField, wording
from roles.certificates.codes import read_code
from roles.validity import today


class CertificateForm(ActionForm):
    """The day of the certificate: today or any day before."""

    as_of = DayField(
        "A la fecha",
        initial=today,
        help_text="Hoy o un día anterior: se certifican los roles en vigor al terminar ese día.",
        error_messages=wording("Ingrese la fecha.", "«A la fecha» debe ser una fecha, por ejemplo 2026-11-21."),
    )

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day > today():
            raise forms.ValidationError(f"«A la fecha» debe ser hoy o un día anterior, por ejemplo {today():%Y-%m-%d}.")
        return day


class VerifyForm(forms.Form):
    """The code of a certificate, as printed on it."""

    codigo = forms.CharField(
        label="Código de verificación",
        help_text="Son 28 letras y dígitos, junto al QR. No importan los espacios, los guiones ni las mayúsculas.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages=wording("Ingrese el código de verificación."),
    )

    def clean_codigo(self) -> str:
        """The code without separators; refused when it cannot be one."""
        code = read_code(self.cleaned_data["codigo"])
        if code is None:
            raise forms.ValidationError(
                "El código debe tener 28 letras y dígitos, por ejemplo 7K3M-9Q2X-V5RT-8WBD-4HNC-6JPZ-1FGY. "
                "Cópielo de la constancia o escanee el QR."
            )
        return code
