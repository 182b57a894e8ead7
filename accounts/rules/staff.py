"""May the account of somebody who works at the Ministry be made, changed, closed or opened again? Pure: no writes.

The gravest mistake is that nobody is left who may do it: an active superusuario always remains.
"""

import re
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Account, DocumentType
from accounts.usernames import PREFIXES
from mipres_admin.access.groups import StaffGroup
from mipres_admin.refusals import Refusal

SUPERUSERS = "Un superusuario."
OWN = Refusal(
    cause="Es su propia cuenta: nadie cambia sus grupos ni cierra su cuenta.",
    remedy="Pida a otro superusuario que lo haga.",
    who=SUPERUSERS,
)
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
LOGIN_OF_OTHERS = Refusal(
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
OF_OTHERS = re.compile(rf"(?:{'|'.join(sorted({*PREFIXES.values()}))}|{'|'.join(DocumentType.values)})[0-9]")


def is_superuser(account: Account) -> bool:
    """Whether this account, as it is now, may do everything: by its group, or made by `createsuperuser`."""
    in_group = Q(is_superuser=True) | Q(groups__name=StaffGroup.SUPERUSUARIO)
    return Account.objects.filter(in_group, pk=account.pk, is_staff=True).exists()


def others_remain(account: Account) -> bool:
    """Whether another active superusuario stays when this one goes."""
    in_group = Q(is_superuser=True) | Q(groups__name=StaffGroup.SUPERUSUARIO)
    return Account.objects.filter(in_group, is_staff=True, is_active=True).exclude(pk=account.pk).exists()


@dataclass(frozen=True)
class StaffChange:
    """What is asked: `by`, read again now, has `account` hold `groups` and be `active` or not."""

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


def staff_refusal(asked: StaffChange) -> Refusal | None:
    """Why the change is refused, or None."""
    account = asked.account
    if account.pk == asked.by.pk:
        return OWN
    is_one = is_superuser(account)
    stays_one = asked.active and (account.is_superuser or StaffGroup.SUPERUSUARIO in asked.groups)
    if is_one and account.is_active and not stays_one and not others_remain(account):
        return LAST
    return manager_refusal(asked.by, asked.groups | ({StaffGroup.SUPERUSUARIO} if is_one else frozenset()))


def login_refusal(login: str) -> Refusal | None:
    """Why an account of the Ministry may not have this login, or None: nobody else's must ever need it."""
    return LOGIN_OF_OTHERS if OF_OTHERS.match(login) else None
