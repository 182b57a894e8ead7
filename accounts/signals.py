"""What ends with a session of the Ministry? What it saw as a delegate."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.actions.impersonation import end_impersonation
from accounts.models import Account
from accounts.models.impersonation import Impersonation
from accounts.security.sessions import MINE, NOBODYS


@receiver(user_logged_out, dispatch_uid="accounts.signals")
def _end_impersonation(request: HttpRequest, user: Account | None, **kwargs: Any) -> None:
    """However the session ends: by "Salir", by its own clock, or from another place."""
    if user is None or not user.is_staff:
        return
    here = Impersonation.objects.not_ended().filter(staff=user, session__public_id=request.session.get(MINE, NOBODYS))
    for impersonation in here:
        end_impersonation(impersonation=impersonation, by=user, why=Impersonation.End.SESSION)
