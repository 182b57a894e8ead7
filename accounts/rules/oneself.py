"""Is what somebody of the Ministry decides about themself: their account, person, mailbox, or an entity of theirs?

Nobody decides that. Reads, never writes.
"""

from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Account, Person
from entities.models import Entity
from mipres_admin.refusals import Refusal

OWN = Refusal(
    headline="No puede decidir sobre usted mismo",
    cause="Es su propia cuenta, o tiene su documento o un correo de usted o de otra cuenta suya.",
    remedy="Pida a otra persona del Ministerio que la atienda.",
    who="Otra persona del Ministerio con el mismo permiso.",
)
OWN_ENTITY = Refusal(
    headline="No puede decidir sobre su propia entidad",
    cause="La entidad es usted mismo, usted la representa, pidió registrarla o es uno de sus autorizados, o una de sus "
    "cuentas tiene un correo de usted.",
    remedy="Pida a otra persona del Ministerio que la atienda.",
    who="Otra persona del Ministerio con el mismo permiso.",
)
# whether a person has a part in one of these entities
Tie = Callable[[Person, QuerySet[Entity]], bool]
_ties: list[Tie] = []


def register_tie(tie: Tie) -> None:
    """An app above says who else has a part in an entity than the holders of its accounts."""
    _ties.append(tie)


def emails_of_holder(account: Account) -> set[str]:
    """Each e-mail that the holder of an account may read, in lower case: its own, the person's and their accounts'."""
    person, emails = account.person, [account.email]
    if person is not None:
        emails += [person.email, *person.accounts.values_list("email", flat=True)]
    return {email.lower() for email in emails if email}


def own_email_refusal(by: Account, email: str) -> Refusal | None:
    """Why `by` may not give somebody this e-mail, which is one of their own, or None."""
    return OWN if email.lower() in emails_of_holder(by) else None


def own_accounts(by: Account, accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Those of `accounts` that are the holder's of `by`: theirs, their person's, or with a mailbox of theirs."""
    emails = emails_of_holder(by)
    mine = Q(pk=by.pk) | Q(lower_email__in=emails) | Q(lower_person_email__in=emails)
    if by.person_id is not None:
        mine |= Q(person=by.person_id)
    own = Account.objects.alias(lower_email=Lower("email"), lower_person_email=Lower("person__email")).filter(mine)
    people = own.filter(person__isnull=False).values("person")
    return accounts.filter(Q(pk__in=own.values("pk")) | Q(person__in=people))


def own_legal_person_refusal(by: Account, identification_type: str, number: str) -> Refusal | None:
    """Why `by` may not decide about whatever has this NIT or document, of which the portal may have no entity, or None.

    An IPS and its Proveedor, or the two régimenes of an EPS, are one legal person.
    """
    entities, person = Entity.objects.filter(identification_type=identification_type, nit=number), by.person
    accounts = Account.objects.filter(entity__in=entities, is_active=True)
    is_own = own_accounts(by, accounts).exists() or (
        person is not None
        and (
            (person.document_type, person.document_number) == (identification_type, number)
            or any(tie(person, entities) for tie in _ties)
        )
    )
    return OWN_ENTITY if is_own else None


def own_entity_refusal(by: Account, entity: Entity) -> Refusal | None:
    """Why `by` may not decide about an entity, which is themself, or of which they have a part, or None."""
    return own_legal_person_refusal(by, entity.identification_type, entity.nit)


def own_refusal(by: Account, account: Account, *, document: tuple[str, str] | None = None) -> Refusal | None:
    """Why `by` may not decide about an account, or None; `document` is one that its holder says is theirs.

    Nor about that of a colleague in an entity of theirs: who represents it may write the e-mail of its delegates.
    """
    person = by.person
    is_own = account.pk == by.pk or (
        person is not None
        and (person.pk == account.person_id or (person.document_type, person.document_number) == document)
    )
    if is_own or emails_of_holder(account) & emails_of_holder(by):
        return OWN
    return own_entity_refusal(by, account.entity) if account.entity is not None else None
