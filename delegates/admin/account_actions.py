"""How does the Ministry suspend an account, and give a person's account back to its owner?"""

from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.admin.accounts import AccountAdmin
from accounts.forms.staff import PersonReasonForm
from delegates.actions.account_return import give_back_account
from delegates.actions.account_suspension import suspend_with_links
from delegates.rules.account_return import return_refusal
from mipres_admin.backoffice.admin_base import ObjectAction
from mipres_admin.backoffice.forms import ReasonForm
from mipres_admin.forms import EmailField
from mipres_admin.refusals import Refusal


class SuspendForm(ReasonForm):
    """The reason, and whether the delegate's tokens are revoked."""

    revoke_tokens = forms.BooleanField(
        label="Revocar también los tokens que generó",
        required=False,
        help_text="Los sistemas de la entidad que los usan dejan de entrar de inmediato. No se puede deshacer.",
    )


SUSPEND = ObjectAction(
    slug="suspender",
    label="Suspender delegado",
    confirmation=(
        "No puede ingresar y sus sesiones se cierran de inmediato; recibe un correo con el motivo, que la entidad "
        "también lee. Ni un nombramiento nuevo ni un enlace de contraseña lo dejan entrar: solo «Reactivar cuenta». "
        "Los roles que asignó siguen, y los tokens que generó también, si no los revoca."
    ),
    permission="accounts.suspend_account",
    success_message="El delegado quedó suspendido y fue avisado.",
    is_available=lambda account: account.entity_id is not None and not account.is_suspended,
    perform=suspend_with_links,
    argument="account",
    form=SuspendForm,
)
SUSPEND_PERSON = ObjectAction(
    slug="suspender-persona",
    label="Suspender cuenta",
    confirmation=(
        "La persona no puede ingresar con esta cuenta, sus sesiones se cierran de inmediato y sus enlaces dejan de "
        "servir; recibe un correo con el motivo en cada dirección suya. Una identidad por verificar no se verifica "
        "mientras tanto. Sus cuentas de delegado y de Proveedor Persona Natural siguen: suspéndalas en su página."
    ),
    permission="accounts.suspend_account",
    success_message="La cuenta quedó suspendida y la persona fue avisada.",
    is_available=lambda account: (
        account.entity_id is None and account.is_active and not account.is_staff and not account.is_suspended
    ),
    perform=suspend_with_links,
    argument="account",
    form=PersonReasonForm,
)


# ---------------------------------------------------------------- giving a person's account back


HOW_VERIFIED = (
    "Queda en la historia. Diga cómo comprobó quién es el dueño y que el correo es suyo. No escriba datos personales."
)


class GiveBackForm(PersonReasonForm):
    """Where the owner gets the link, typed twice: to another mailbox it would give the account away."""

    email = EmailField(
        "Uno que usted comprobó que es suyo: allí llega el enlace.", label="Correo electrónico del dueño"
    )
    email_again = EmailField("Debe ser igual.", label="Escriba el correo otra vez")
    field_order = ("email", "email_again", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].help_text = HOW_VERIFIED

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        again = data.pop("email_again", None)
        if again and "email" in data and again != data["email"]:
            self.add_error("email_again", "Los dos correos deben ser iguales, por ejemplo nombre@dominio.com.")
        return data


class GiveBack(ObjectAction):
    """Only for who has neither suspended the account nor owns it."""

    def is_allowed(self, request: HttpRequest, obj: Any) -> bool:
        return super().is_allowed(request, obj) and self.refusal_for(request, obj) is None

    def refusal_for(self, request: Any, obj: Any) -> Refusal | None:
        return return_refusal(obj, request.user, email="")


GIVE_BACK = GiveBack(
    slug="devolver",
    label="Devolver a su dueño",
    confirmation=(
        "Compruebe antes quién es el dueño y que el correo es suyo. Termina la suspensión. Se borran la contraseña, "
        "los segundos factores, los códigos de recuperación, los equipos conocidos, los enlaces y las sesiones de las "
        "cuentas de Mi Seguridad Social y de Proveedor Persona Natural de la persona, y se revocan sus tokens. Al "
        "correo llega un enlace para asignar otra contraseña, y un aviso a cada dirección que el portal tenía de la "
        "persona. Revise después en «Historia» lo que se hizo con la cuenta: representaciones y registros no cambian. "
        "No se puede deshacer."
    ),
    permission="accounts.give_back_account",
    success_message="La cuenta se devolvió: el enlace va al correo del dueño y sus demás direcciones fueron avisadas.",
    is_available=lambda account: account.is_suspended,
    perform=give_back_account,
    argument="account",
    form=GiveBackForm,
)
AccountAdmin.register_actions(SUSPEND, SUSPEND_PERSON, GIVE_BACK)
