"""The forms to add, verify and remove second factors."""

from django import forms

from accounts.forms.login import password_field
from mipres_admin.forms import ActionForm

NAME_HELP = "Así lo reconoce en la lista, por ejemplo Celular de la oficina."


def _code(label: str, help_text: str, missing: str, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=40,
        help_text=help_text,
        error_messages={"required": missing, "max_length": "El código debe tener máximo 40 caracteres."},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"} | attrs
        ),
    )


class CodeForm(ActionForm):
    """The second step of the log-in, by code."""

    code = _code(
        "Código",
        "Los 6 números que muestra su aplicación, o uno de sus códigos de recuperación.",
        "Ingrese el código de su aplicación o uno de recuperación.",
    )

    def clean_code(self) -> str:
        """The code without the spaces that apps show in it."""
        return "".join(str(self.cleaned_data["code"]).split())


class PasskeyAnswerForm(ActionForm):
    """What the browser answers for a passkey; a script fills it in."""

    answer = forms.CharField(
        widget=forms.HiddenInput(attrs={"data-passkey-answer": ""}),
        max_length=20_000,
        error_messages={
            "required": "La llave de acceso no respondió. Oprima otra vez el botón y siga los pasos de su navegador.",
            "max_length": "La llave de acceso respondió algo que el portal no entiende. Intente de nuevo.",
        },
    )


class PasswordForm(ActionForm):
    """The password alone: of the other account when the entity is changed, or again before something that matters."""

    password = password_field("Contraseña", "Ingrese su contraseña.", "current-password")


class EnrolForm(ActionForm):
    """A new factor: its name."""

    name = forms.CharField(
        label="Nombre",
        max_length=60,
        help_text=NAME_HELP,
        error_messages={
            "required": "Ingrese un nombre para reconocerlo.",
            "max_length": "El nombre debe tener máximo 60 caracteres.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class EnrolAppForm(EnrolForm):
    code = _code(
        "Código de la aplicación",
        "Los 6 números que muestra ahora, por ejemplo 123456.",
        "Ingrese los 6 números que muestra la aplicación.",
        inputmode="numeric",
    )
    field_order = ("code", "name")

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise forms.ValidationError("El código debe tener 6 números, por ejemplo 123456.")
        return code


class EnrolPasskeyForm(PasskeyAnswerForm, EnrolForm):
    field_order = ("name", "answer")
