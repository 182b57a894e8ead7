"""May an account of the Ministry's staff be created, changed, closed or reopened? Pure: no writes.

An active superusuario always remains, or nobody could do it any more.
"""

import re
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Account, DocumentType
from accounts.rules.oneself import own_email_refusal, own_refusal
from accounts.usernames import PREFIXES
from mipres_admin.access.groups import StaffGroup
from mipres_admin.refusals import Refusal

SUPERUSERS = "Un superusuario."
LAST = Refusal(
    cause="Es el último superusuario activo: sin él nadie podría administrar al personal del Ministerio.",
    remedy="Dé primero el grupo Superusuario a otra persona.",
    who=SUPERUSERS,
)
NO_LONGER = Refusal(
    cause="Su cuenta ya no puede administrar al personal del Ministerio.",
    remedy="No se guardó nada. Si es un error, hable con un superusuario.",
    who=SUPERUSERS,
)
ONLY_SUPERUSERS = Refusal(
    cause="Solo un superusuario hace, cambia o cierra a otro.",
    remedy="Pida a un superusuario que lo haga.",
    who=SUPERUSERS,
)
CHANGED = Refusal(
    cause="Los grupos de la cuenta cambiaron después de que usted abrió la página.",
    remedy="No se guardó nada. Abra de nuevo la cuenta y revise sus grupos.",
    who="Usted.",
)
LOGIN_TAKEN = Refusal(
    cause="Ya existe una cuenta con ese usuario.",
    remedy="Escriba otro usuario. Las cuentas no se borran: si es la misma persona y su cuenta está cerrada, ábrala.",
    who="Usted.",
)
RESERVED_LOGIN = Refusal(
    cause="Ese usuario tiene la forma de los de delegados (ADMIPS900123456) o personas (CC1025000111).",
    remedy="Escriba otro, por ejemplo APEREZ.",
    who="Usted.",
)
OTHER_NAMES = Refusal(
    cause="El portal conoce ese documento con otro nombre y apellido.",
    remedy="Revise el tipo y el número del documento, y los nombres como figuran en él.",
    who="Usted.",
)
DECEASED = Refusal(
    cause="La persona de ese documento figura como fallecida.",
    remedy="Revise el tipo y el número del documento.",
    who="Usted.",
)
HAS_ONE = Refusal(
    cause="Esa persona ya tiene una cuenta del Ministerio.",
    remedy="Cambie los grupos de la que tiene o, si está cerrada, ábrala de nuevo.",
    who="Usted.",
)
SUPERUSER = Q(is_superuser=True) | Q(groups__name=StaffGroup.SUPERUSUARIO)
RESERVED = re.compile(rf"(?:{'|'.join(sorted({*PREFIXES.values()}))}|{'|'.join(DocumentType.values)})[0-9]")


def is_superuser(account: Account) -> bool:
    """Whether this account may do everything: by its group, or as created by `createsuperuser`."""
    return Account.objects.filter(SUPERUSER, pk=account.pk, is_staff=True).exists()


def other_superuser_exists(account: Account) -> bool:
    """Whether there is another active superusuario."""
    return Account.objects.filter(SUPERUSER, is_staff=True, is_active=True).exclude(pk=account.pk).exists()


@dataclass(frozen=True)
class StaffChange:
    """`by`, read again now, wants `account` to be in `groups` and `active` or not."""

    by: Account
    account: Account
    groups: frozenset[str]
    active: bool


def may_manage(by: Account) -> bool:
    """Whether this account, read again now, manages the Ministry's staff."""
    return by.is_active and by.is_staff and by.has_perm("accounts.manage_staff")


def manager_refusal(by: Account, groups: frozenset[str]) -> Refusal | None:
    """Why `by` may not give these groups to anybody, or None."""
    if not may_manage(by):
        return NO_LONGER
    return ONLY_SUPERUSERS if StaffGroup.SUPERUSUARIO in groups and not is_superuser(by) else None


def staff_refusal(change: StaffChange) -> Refusal | None:
    """Why the change is refused, or None."""
    account = change.account
    if own := own_refusal(change.by, account):
        return own
    is_superusuario = is_superuser(account)
    stays_superusuario = change.active and (account.is_superuser or StaffGroup.SUPERUSUARIO in change.groups)
    if is_superusuario and account.is_active and not stays_superusuario and not other_superuser_exists(account):
        return LAST
    return manager_refusal(change.by, change.groups | ({StaffGroup.SUPERUSUARIO} if is_superusuario else frozenset()))


def mailbox_refusal(by: Account, email: str) -> Refusal | None:
    """Why a new account may not have this e-mail, which would be a second one of `by`, or None.

    The account of `createsuperuser`, which is of no person, may make that of who installs the portal.
    """
    return own_email_refusal(by, email) if by.person_id is not None else None


def login_refusal(login: str) -> Refusal | None:
    """Why an account of the Ministry may not have this login, or None: those of other accounts are reserved."""
    return RESERVED_LOGIN if RESERVED.match(login) else None
