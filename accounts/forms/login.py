"""The forms to log in, and to change and recover a password."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.forms.captcha import CaptchaForm
from accounts.forms.documents import DocumentForm
from accounts.models import Account
from accounts.security.password_hashers import normalized
from mipres_admin.forms import ActionForm, EmailField

# Longer than anybody types, and short enough that hashing it costs what hashing costs.
LONGEST_PASSWORD = 256

validate_login = RegexValidator(
    r"\A[A-Za-z0-9_.-]{3,40}\Z",
    "El usuario debe tener de 3 a 40 letras o números sin tildes, por ejemplo ADMIPS900123456.",
)


class PasswordField(forms.CharField):
    """A password as it is compared and stored."""

    def to_python(self, value: Any) -> str:
        return normalized(super().to_python(value) or "")


def password_field(label: str, missing: str, autocomplete: str, **options: Any) -> PasswordField:
    """A password as it is typed: spaces belong to it."""
    return PasswordField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={
            "required": missing,
            "max_length": f"La contraseña debe tener máximo {LONGEST_PASSWORD} caracteres.",
        },
        **options,
    )


class LoginNameForm(CaptchaForm):
    """Usuario and the code of the image."""

    login = forms.CharField(
        label="Usuario",
        validators=[validate_login],
        error_messages={"required": "Ingrese su usuario."},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_login(self) -> str:
        """The login as accounts store it."""
        return str(self.cleaned_data["login"]).upper()


class LoginForm(LoginNameForm):
    """Usuario, Contraseña and the code of the image (manual v4.1 §9)."""

    password = password_field("Contraseña", "Ingrese su contraseña.", "current-password")


class RecoverPasswordForm(LoginNameForm, DocumentForm):
    """Olvidé mi clave - Recordar contraseña (manual v4.1 §11.8)."""

    email = EmailField(
        "El que registró en Mi Seguridad Social. Un delegado puede escribir también el que el representante legal de "
        "esa entidad escribió para él en «Administrar autorizados»."
    )
    field_order = ("login", "document_type", "document_number", "email")


class ShownField(forms.CharField):
    """A value that is shown, and known to password managers, but never taken from the request."""

    widget = forms.TextInput(attrs={"readonly": True, "autocomplete": "username"})

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class NewPasswordForm(ActionForm):
    """A new password, typed twice."""

    login = ShownField(label="Nombre del usuario (Login)", required=False)
    new = password_field(
        "Contraseña Nueva",
        "Ingrese la contraseña nueva.",
        "new-password",
        help_text="Use 12 caracteres o más: varias palabras sin relación entre sí, con usted, su entidad o MIPRES.",
    )
    confirmation = password_field("Confirmación de Contraseña", "Ingrese otra vez la contraseña nueva.", "new-password")

    def __init__(self, data: Any = None, *, account: Account) -> None:
        super().__init__(data, initial={"login": account.login})

    def clean(self) -> None:
        new, confirmation = self.cleaned_data.get("new"), self.cleaned_data.get("confirmation")
        if new and confirmation and new != confirmation:
            self.add_error("confirmation", "La confirmación debe ser igual a la contraseña nueva.")


class ChangePasswordForm(NewPasswordForm):
    """Cambio Contraseña (manual v4.1 §11.8)."""

    old = password_field("Contraseña anterior", "Ingrese su contraseña anterior.", "current-password")
    field_order = ("login", "old", "new", "confirmation")
