"""Is a person who they say they are, and may a reviewer of the Ministry say so? Reads, never writes.

An e-mail proves a mailbox, not a person: identity is the document, the four names and the fecha de expedición that the
Registro civil has, or what a reviewer has seen.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import Exists, OuterRef

from accounts.models import (
    Account,
    CivilRegistryEntry,
    ClaimState,
    DeceasedEntry,
    IdentityClaim,
    Person,
    Suspension,
)
from accounts.rules.oneself import own_refusal
from accounts.usernames import natural_person_login
from mipres_admin.database.text import fold
from mipres_admin.refusals import Refusal

REVIEWER = "Usted, como revisor."
NAMES = ("first_name", "second_name", "first_surname", "second_surname")
CORRECTABLE = (ClaimState.PENDING, ClaimState.REJECTED)
IN_REVIEW = Refusal(
    headline="Su identidad ya no se puede corregir",
    cause="Un revisor del Ministerio la está mirando.",
    remedy="Espere la respuesta: le llegará al correo. Si la rechaza, podrá corregirla entonces.",
    who="El revisor del Ministerio.",
)
VERIFIED = Refusal(
    headline="Su identidad ya no se puede corregir",
    cause="El Ministerio ya la verificó.",
    remedy="Si un dato está mal, corríjalo en el Registro civil y comuníquese con Atención al usuario.",
    who="El Ministerio de Salud y Protección Social.",
)
CHANGED = Refusal(
    headline="La solicitud cambió mientras usted la miraba",
    cause="Alguien la cambió desde que usted abrió la página: la persona, otro revisor.",
    remedy="No se guardó nada. Revise cómo está ahora.",
    who=REVIEWER,
)
DECEASED = Refusal(
    headline="El documento es de una persona fallecida",
    cause="Así lo dice el Registro civil o la lista de fallecidos.",
    remedy="Rechace la solicitud. Si es un error, la persona lo corrige en la Registraduría Nacional del Estado Civil.",
    who=REVIEWER,
)
HAS_ACCOUNT = Refusal(
    headline="Ese documento ya tiene una cuenta verificada",
    cause="Una persona tiene una sola cuenta de Mi Seguridad Social.",
    remedy="Compruebe cuál de las dos cuentas es de la persona. Si es la otra, rechace esta solicitud. Si es "
    "esta, pida a Soporte que suspenda la otra, devuélvala a su dueño en la página de la cuenta y rechace esta.",
    who="Usted y Soporte.",
)
SUSPENDED = Refusal(
    headline="La cuenta está suspendida",
    cause="El Ministerio suspendió la cuenta de quien pide la verificación.",
    remedy="Rechace la solicitud, o pida a Soporte que reactive la cuenta si la suspensión ya no se justifica.",
    who="Usted y Soporte.",
)
LOGIN_TAKEN = Refusal(
    headline="El usuario de ese documento ya existe",
    cause="Una cuenta del Ministerio se llama como el documento.",
    remedy="Pida a un superusuario que cierre esa cuenta y haga otra con otro usuario.",
    who="Un superusuario.",
)
NAMES_DIFFER = Refusal(
    headline="Los nombres no son iguales",
    cause="La solicitud, el Registro civil y el portal no tienen los mismos nombres.",
    remedy="Elija en «Nombres que quedan» los que dice el documento, y verifique de nuevo.",
    who=REVIEWER,
)


@dataclass(frozen=True)
class Identity:
    """What a person types about who they are: fields of `IdentityClaim`."""

    document_type: str
    document_number: str
    first_name: str
    second_name: str
    first_surname: str
    second_surname: str
    sex: str
    issued_on: date

    @classmethod
    def of(cls, source: Any) -> "Identity":
        """That of a claim or a sign-up."""
        return cls(**{name: getattr(source, name) for name in cls.__dataclass_fields__})

    @property
    def document(self) -> dict[str, str]:
        """The document, as a filter."""
        return {"document_type": self.document_type, "document_number": self.document_number}

    @property
    def login(self) -> str:
        """The login of the document's verified person."""
        return natural_person_login(self.document_type, self.document_number)


class Named(Protocol):
    """What has the four names: a person, an identity, an entry of the Registro civil, a row of a workbook."""

    @property
    def first_name(self) -> str: ...
    @property
    def second_name(self) -> str: ...
    @property
    def first_surname(self) -> str: ...
    @property
    def second_surname(self) -> str: ...


def names_of(source: Any) -> dict[str, str]:
    """The four names by field."""
    return {name: getattr(source, name) for name in NAMES}


def _folded(*names: str) -> list[str]:
    """The words of some names, without accents, case or punctuation."""
    return "".join(letter if letter.isalnum() else " " for letter in fold(" ".join(names))).split()


def same_names(one: Named, other: Named) -> bool:
    """Whether given names and surnames agree, all of them, wherever the two fields of each divide them."""
    return all(
        _folded(*(getattr(one, name) for name in pair)) == _folded(*(getattr(other, name) for name in pair))
        for pair in (NAMES[:2], NAMES[2:])
    )


@dataclass(frozen=True)
class Known:
    """What the portal knows of a document: its entry of the Registro civil, its person, their accounts, their death."""

    entry: CivilRegistryEntry | None
    person: Person | None
    accounts: list[Account]
    login_holder: Account | None
    is_deceased: bool

    @classmethod
    def of(cls, identity: Identity) -> "Known":
        """The same queries for every document."""
        document = identity.document
        accounts = Account.objects.filter(is_staff=False, person__in=Person.objects.filter(**document)).annotate(
            suspended=Exists(Suspension.objects.current().filter(account=OuterRef("pk")))
        )
        return cls(
            CivilRegistryEntry.objects.filter(**document, closed_on__isnull=True).first(),
            Person.objects.filter(**document).first(),
            list(accounts.select_related("entity", "person").order_by("pk")),
            Account.objects.filter(login=identity.login).first(),
            DeceasedEntry.objects.filter(**document, closed_on__isnull=True).exists(),
        )

    @property
    def own_account(self) -> Account | None:
        """The account of Mi Seguridad Social that the person has."""
        return next((account for account in self.accounts if account.entity_id is None), None)

    @property
    def died(self) -> bool:
        """Whether any source says so."""
        cancelled = self.entry is not None and self.entry.state == CivilRegistryEntry.State.CANCELADA
        return self.is_deceased or cancelled or (self.person is not None and self.person.deceased_on is not None)

    @property
    def names(self) -> list[Named]:
        """Each set of names that a source has; first the portal's, which has accents, then the registry's capitals."""
        return [source for source in (self.person, self.entry) if source is not None]

    @property
    def registered_names(self) -> Named:
        """The names of the Registro civil, as the portal writes them where it has the same ones."""
        assert self.entry is not None  # noqa: S101  narrows the type
        return self.person if self.person is not None and same_names(self.person, self.entry) else self.entry


def matches_registry(identity: Identity, known: Known, email: str) -> bool:
    """Whether the Registro civil shows that the identity, confirmed from this e-mail, is the person's, alive.

    A card in strange hands is not enough for the document of somebody who has accounts: a PPN confirms from the e-mail
    that they proved as one (`Account.proves_its_email`), and a delegate waits for a reviewer, since who appoints them
    chooses their e-mail.
    """
    entry = known.entry
    proven = {account.email.lower() for account in known.accounts if account.proves_its_email}
    return (
        entry is not None
        and entry.issued_on == identity.issued_on
        and same_names(entry, identity)
        and not known.died
        and known.own_account is None
        and known.login_holder is None
        and (not known.accounts or email.lower() in proven)
    )


# ---------------------------------------------------------------- the review


def correction_refusal(state: str) -> Refusal | None:
    """Why its holder may not correct a claim in this state, or None."""
    if state in CORRECTABLE:
        return None
    return IN_REVIEW if state == ClaimState.IN_REVIEW else VERIFIED


def own_claim_refusal(by: Account, claim: IdentityClaim) -> Refusal | None:
    """Why the claim is not for this reviewer, whose document or e-mail it has, or None."""
    return own_refusal(by, claim.account, document=(claim.document_type, claim.document_number))


def review_refusal(claim: IdentityClaim, by: Account, *, expected_version: int, state: ClaimState) -> Refusal | None:
    """Why this reviewer may not change a claim that must be in `state` and as their page showed it, or None."""
    if claim.version != expected_version or claim.state != state:
        return CHANGED
    return own_claim_refusal(by, claim)


def verification_refusal(known: Known, account: Account) -> Refusal | None:
    """Why `account` may not be verified with a document of which this is known, or None."""
    if account.is_suspended:
        return SUSPENDED
    if known.died:
        return DECEASED
    if known.own_account is not None:
        return HAS_ACCOUNT
    return LOGIN_TAKEN if known.login_holder is not None else None


def disagreeing(claim: IdentityClaim, known: Known) -> bool:
    """Whether a source has other names than the person typed: then a reviewer chooses."""
    return not all(same_names(claim, source) for source in known.names)


def may_review(account: Account) -> bool:
    """Whether this account is a reviewer of identities."""
    return account.is_staff and account.has_perm("accounts.review_identityclaim")
