"""Which second factors does an account have, must it have one, and may one be removed? Pure: no writes."""

from datetime import date
from typing import Any

from django.db.models import Exists
from django.utils import timezone

from accounts.models import Account, AuthenticatorApp, Passkey, SecondFactorPolicy
from accounts.models.second_factors import SecondFactor
from mipres_admin.refusals import Refusal

VERIFY, ENROL = "verify", "enrol"

LAST_FACTOR = Refusal(
    cause="Es su único segundo factor y su cuenta debe tener uno.",
    remedy="Agregue otro en esta página y después retire este.",
    who="Usted mismo.",
)


def factors_of(account: Account) -> list[AuthenticatorApp | Passkey]:
    """The second factors of this account, apps first."""
    return [*AuthenticatorApp.objects.filter(account=account), *Passkey.objects.filter(account=account)]


def any_factor(account: Account) -> Any:
    """Whether this account has any second factor, as a condition: one query for both tables."""
    apps, passkeys = (
        Exists(factors.filter(account=account)) for factors in (AuthenticatorApp.objects, Passkey.objects)
    )
    return apps | passkeys


def has_factor(account: Account) -> bool:
    """Whether this account has any second factor."""
    return Account.objects.filter(any_factor(account), pk=account.pk).exists()


def compulsory_from(account: Account) -> date | None:
    """The day from which this delegate must have a second factor, past or to come; None without such a day."""
    if account.entity is None:
        return None
    policy = SecondFactorPolicy.objects.filter(kind=account.entity.kind)
    return policy.values_list("compulsory_from", flat=True).first()


def must_have_factor(account: Account) -> bool:
    """Whether this account may not enter without a second factor: the Ministry's always, others from a day on."""
    since = compulsory_from(account)
    return account.is_staff or (since is not None and since <= timezone.localdate())


def next_login_step(account: Account) -> str:
    """What comes after the password: VERIFY a factor, ENROL the first one, or nothing ("")."""
    if has_factor(account):
        return VERIFY
    return ENROL if must_have_factor(account) else ""


def removal_refusal(
    account: Account, factor: SecondFactor, factors: list[AuthenticatorApp | Passkey]
) -> Refusal | None:
    """Why `factor`, one of the account's `factors`, may not be removed, or None."""
    return LAST_FACTOR if factors == [factor] and must_have_factor(account) else None
