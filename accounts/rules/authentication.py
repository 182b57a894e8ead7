"""What must this account still prove, what may be removed, and which entity may be changed to? Pure: no writes."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, QuerySet, Value
from django.utils import timezone

from accounts import models
from accounts.models.second_factors import AuthenticatorApp, Factor, Passkey, SecondFactorPolicy
from mipres_admin.refusals import Refusal

VERIFY, ENROL = "verify", "enrol"

LAST_FACTOR = Refusal(
    cause="Es su único segundo factor y su cuenta debe tener uno.",
    remedy="Agregue otro en esta página y después retire este.",
    who="Usted mismo.",
)
NOT_YOURS = Refusal(
    cause="Esa cuenta no es suya o ya no está activa.",
    remedy="Elija una de las entidades de la lista. A una cuenta que tiene otro correo se ingresa con su usuario y su "
    "contraseña. Si falta alguna más, pida al representante legal que revise su autorización.",
    who="El representante legal de la entidad.",
)


def factors_of(account: "models.Account") -> list[AuthenticatorApp | Passkey]:
    """The second factors of the holder of this account, apps first."""
    return [*AuthenticatorApp.objects.of(account), *Passkey.objects.of(account)]


def has_factor(account: "models.Account") -> bool:
    """Whether the holder of this account has any second factor."""
    held = Value(True)  # one query for both tables
    rows = models.Account.objects.filter(pk=account.pk).filter(
        Exists(AuthenticatorApp.objects.of(account)) | Exists(Passkey.objects.of(account))
    )
    return rows.annotate(held=held).exists()


def compulsory_from(account: "models.Account") -> date | None:
    """The day from which this delegate must have a second factor, past or to come; None without such a day."""
    if account.entity is None:
        return None
    policy = SecondFactorPolicy.objects.filter(kind=account.entity.kind)
    return policy.values_list("compulsory_from", flat=True).first()


def must_have_factor(account: "models.Account") -> bool:
    """Whether this account may not enter without a second factor: the Ministry's always, others from a day on."""
    since = compulsory_from(account)
    return account.is_staff or (since is not None and since <= timezone.localdate())


def step_of(account: "models.Account") -> str:
    """What comes after the password: VERIFY a factor, ENROL the first one, or nothing ("")."""
    if has_factor(account):
        return VERIFY
    return ENROL if must_have_factor(account) else ""


def removal_refusal(
    account: "models.Account", factor: Factor, held: list[AuthenticatorApp | Passkey]
) -> Refusal | None:
    """Why `factor`, one of those `held`, may not be removed, or None."""
    return LAST_FACTOR if held == [factor] and must_have_factor(account) else None


# ---------------------------------------------------------------- change of entity


@dataclass(frozen=True)
class Switch:
    """What is asked: whoever is in as `of` wants to go on as `to`."""

    of: "models.Account"
    to: "models.Account"


def _others_of_person(account: "models.Account") -> "QuerySet[models.Account]":
    if account.person_id is None or account.is_staff:
        return models.Account.objects.none()
    return models.Account.objects.filter(person=account.person_id, is_staff=False).exclude(pk=account.pk)


def accounts_of_holder(account: "models.Account") -> "QuerySet[models.Account]":
    """The other accounts of the same person that may be used now, which share its factors; never the Ministry's."""
    accounts = _others_of_person(account).select_related("entity", "person")
    return accounts.filter(models.may_enter_at()).order_by("entity__name", "login")


def other_accounts(account: "models.Account") -> "QuerySet[models.Account]":
    """The other accounts to which this one may change without their password: those with its own e-mail.

    Anybody may open an account of Mi Seguridad Social with somebody else's document. What shows that two accounts are
    one person's is that links to the same mailbox opened both.
    """
    return accounts_of_holder(account).exclude(email="").filter(email__iexact=account.email)


def may_change_entity(account: "models.Account") -> bool:
    """Whether there is another account to change to; most people have no other at all, which costs little to learn."""
    return _others_of_person(account).exists() and other_accounts(account).exists()


def switch_refusal(asked: Switch) -> Refusal | None:
    """Why the change of entity is refused, or None."""
    return None if other_accounts(asked.of).filter(pk=asked.to.pk).exists() else NOT_YOURS
