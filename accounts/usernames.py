"""Which login does a new account get? A delegate's has the kind of entity and its NIT; a person's, the document.

An unverified person's has a random number after the document, which verification removes.

Manual v4.1 §9 shows ADMIPS900123456; several delegates of one entity are told apart by -2, -3…
"""

from itertools import count
from secrets import randbelow

from accounts.models import Account
from entities.models import Entity, EntityKind
from mipres_admin.database.locks import lock_key

PREFIXES: dict[str, str] = {
    EntityKind.IPS: "ADMIPS",
    EntityKind.EPS_C: "ADMEPS",
    EntityKind.EPS_S: "ADMEPSS",
    EntityKind.PROVEEDOR: "ADMPROV",
    EntityKind.PPN: "ADMPPN",
    EntityKind.ET: "ADMET",
}
DELEGATE_KINDS = tuple(PREFIXES)


def natural_person_login(document_type: str, document_number: str) -> str:
    """The login of a person's own account, for example CC1025000111."""
    return f"{document_type}{document_number}"


def next_unverified_login(login: str) -> str:
    """A free login for an account whose document nobody has verified, with six random digits: CC1025000111-402817.

    They do not tell whether others have claimed the document. `login`, that of the document, stays free for its
    verified person; the caller has locked it.
    """
    taken = set(Account.objects.filter(login__startswith=f"{login}-").values_list("login", flat=True))
    names = (f"{login}-{100_000 + randbelow(900_000)}" for _ in count())
    return next(name for name in names if name not in taken)


def first_delegate_login(entity: Entity) -> str:
    """The login of the first delegate of an entity, for example ADMIPS900123456."""
    return f"{PREFIXES[entity.kind]}{entity.nit}"


def next_delegate_login(entity: Entity) -> str:
    """The first free login for a delegate of this entity, locked for the caller's transaction.

    Two entities may share it (a CC and a PT of one number, both Proveedor Persona Natural), so the login is
    locked and not the entity. Accounts are never deleted: a login never changes its owner.
    """
    first = first_delegate_login(entity)
    lock_key(first)
    taken = set(Account.objects.filter(login__startswith=first).values_list("login", flat=True))
    names = (first if number == 1 else f"{first}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)
