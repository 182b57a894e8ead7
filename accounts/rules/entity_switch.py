"""To which other accounts may a person change without logging out? Pure: no writes."""

from django.db.models import QuerySet

from accounts.models import Account, can_log_in_q
from mipres_admin.refusals import Refusal

NOT_YOURS = Refusal(
    cause="Esa cuenta no está entre las que usted puede usar ahora.",
    remedy="Elija una de las entidades de la lista. A una cuenta que tiene otro correo se ingresa con su usuario y su "
    "contraseña. Si falta alguna más, pida al representante legal que revise su autorización.",
    who="El representante legal de la entidad.",
)


def _others_of_person(account: Account) -> QuerySet[Account]:
    if account.person_id is None or account.is_staff:
        return Account.objects.none()
    return Account.objects.filter(person=account.person_id, is_staff=False).exclude(pk=account.pk)


def switchable_accounts(account: Account) -> QuerySet[Account]:
    """The other accounts of the person that this one is shown, and changes to when they are proven too: of one e-mail.

    The e-mail proves nothing, as others may write it. It keeps an intruder in one account from reading where else its
    person works.
    """
    accounts = _others_of_person(account).filter(can_log_in_q(), email__iexact=account.email).exclude(email="")
    return accounts.select_related("entity", "person").order_by("entity__name", "login")


def can_switch_entity(account: Account) -> bool:
    """Whether there is another account to change to; most people have no other at all, which costs little to learn."""
    return _others_of_person(account).exists() and switchable_accounts(account).exists()


def switch_refusal(account: Account, target: Account) -> Refusal | None:
    """Why the person of `account` may not go on as `target`, or None."""
    return None if switchable_accounts(account).filter(pk=target.pk).exists() else NOT_YOURS
