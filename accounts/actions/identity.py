"""Compare an identity with the Registro civil, and give an account its verified person, or a claim to be reviewed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.events import Event
from accounts.models import Account, IdentityClaim, Person, Verification
from accounts.rules.identity import Identity, Known, Named, matches_registry, names_of
from accounts.security.notices import notify_others
from accounts.usernames import next_unverified_login
from mipres_admin.database import clock
from mipres_admin.database.locks import lock_key
from mipres_admin.database.text import masked_email
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.limiter import LimitReached

COMPARISONS_ALLOWED = 5
COMPARISON_WINDOW = timedelta(days=1)


def register_comparison(identity: Identity) -> bool:
    """Count one comparison of the document with the Registro civil, before it is made; whether it may be made.

    Five in a day from everybody together: names and a date must not be guessed. Call it outside a transaction. The
    answer to one too many is that of any other identity that does not match.
    """
    key = limiter.key_of("accounts.identity.comparison", identity.login)
    try:
        limiter.count(key, allowed=COMPARISONS_ALLOWED, expires_at=timezone.now() + COMPARISON_WINDOW)
    except LimitReached:
        return False
    return True


# ---------------------------------------------------------------- the person


def _contact(person: Person | None) -> dict[str, str]:
    """What the history says of a person whom the portal knew: what changed, without what it is."""
    return {"email": masked_email(person.email) if person.email else "", "sex": person.sex} if person else {}


def _verified_person(identity: Identity, *, names: Named, how: Verification, email: str) -> Person:
    """The person of the document, created or with these names from now on."""
    values: dict[str, Any] = names_of(names) | {"email": email, "verified_how": how, "verified_at": clock.now()}
    person, is_new = Person.objects.select_for_update().get_or_create(
        **identity.document, defaults=values | {"sex": identity.sex}
    )
    if not is_new:
        values["sex"] = person.sex or identity.sex
        for name, value in values.items():
            setattr(person, name, value)
        person.save(update_fields=list(values))
    return person


def give_person(
    account: Account,
    identity: Identity,
    known: Known,
    *,
    names: Named,
    how: Verification,
    by: Account | None = None,
    reason: str = "",
) -> None:
    """Make the account that of the document's person, under the login of the document, in the caller's transaction.

    Its password stays; the holder and every other address that the portal had of the person are told. `by` is the
    reviewer; without one, the holder themself.
    """
    person = _verified_person(identity, names=names, how=how, email=account.email)
    account.person, account.login = person, identity.login
    account.save()
    before = _contact(known.person)
    after = {"person": person.pk, "new_person": known.person is None, "verified": how.value}
    after |= _contact(person) if before else {}
    event = Event.IDENTITY_VERIFIED
    record(by=by or account, event=event, obj=account, entity=None, before=before, after=after, reason=reason)
    if known.person is not None:
        old = known.person.email  # the rows of the other accounts have theirs still
        notify_others(account, "own_account_verified", old, email=masked_email(account.email))
    notify(account, "identity_verified", how=how)


# ---------------------------------------------------------------- a new account


@sensitive_variables("password")
def open_own_account(*, identity: Identity, email: str, password: str, may_compare: bool) -> Account:
    """Open an account of Mi Seguridad Social, in the caller's transaction: verified, or with a claim to be reviewed.

    An account is verified when the Registro civil agrees (`matches_registry`) and `may_compare`, which
    `register_comparison` said. Whatever does not agree has the same outcome: a claim, which takes no person's place.
    """
    lock_key(identity.login)
    known = Known.of(identity)
    account = Account(login=next_unverified_login(identity.login), email=email)
    account.set_password(password)
    if matches_registry(identity, known, email) and may_compare:
        give_person(account, identity, known, names=known.registered_names, how=Verification.REGISTRO_CIVIL)
        return account
    account.save()
    values = {name: getattr(identity, name) for name in Identity.__dataclass_fields__}
    IdentityClaim.objects.create(account=account, **values)
    notify(account, "identity_pending")
    return account
