"""What else ends when a session of the Ministry ends? Its impersonation of a delegate."""

from typing import Any

from django.http import HttpRequest

from accounts.actions.impersonation import end_impersonation
from accounts.models import Account, Impersonation
from accounts.security.sessions import ACCOUNT_SESSION, NO_SESSION


def end_impersonations_of_session(request: HttpRequest, user: Account | None, **kwargs: Any) -> None:
    """Receiver of every log-out: by "Salir", because the session is too old, or from another place."""
    if user is None or not user.is_staff:
        return
    session_id = request.session.get(ACCOUNT_SESSION, NO_SESSION)
    for impersonation in Impersonation.objects.not_ended().filter(staff=user, session__public_id=session_id):
        end_impersonation(impersonation=impersonation, by=user, why=Impersonation.End.SESSION)
