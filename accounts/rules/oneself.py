"""Is what somebody of the Ministry decides about themself: their account, their person, or a mailbox of theirs?

Nobody decides that. Reads, never writes.
"""

from accounts.models import Account
from mipres_admin.refusals import Refusal

OWN = Refusal(
    headline="No puede decidir sobre usted mismo",
    cause="Es su propia cuenta, o tiene su documento o un correo de usted o de otra cuenta suya.",
    remedy="Pida a otra persona del Ministerio que la atienda.",
    who="Otra persona del Ministerio con el mismo permiso.",
)


def emails_of_holder(account: Account) -> set[str]:
    """Each e-mail that the holder of an account may read, in lower case: its own, the person's and their accounts'."""
    person, emails = account.person, [account.email]
    if person is not None:
        emails += [person.email, *person.accounts.values_list("email", flat=True)]
    return {email.lower() for email in emails if email}


def own_email_refusal(by: Account, email: str) -> Refusal | None:
    """Why `by` may not give somebody this e-mail, which is one of their own, or None."""
    return OWN if email.lower() in emails_of_holder(by) else None


def own_refusal(by: Account, account: Account, *, document: tuple[str, str] | None = None) -> Refusal | None:
    """Why `by` may not decide about an account, or None; `document` is one that its holder says is theirs."""
    person = by.person
    is_own = account.pk == by.pk or (
        person is not None
        and (person.pk == account.person_id or (person.document_type, person.document_number) == document)
    )
    return OWN if is_own or emails_of_holder(account) & emails_of_holder(by) else None
