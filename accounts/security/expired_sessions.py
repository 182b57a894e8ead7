"""What does a session that expired leave to the next one of its account in the same browser, for an hour?

The values that `leave_to_next_session` names, for example whom a delegate has found by document: a page whose address
was kept, or a form that was sent too late, would find nothing after the log-in. A session that ended otherwise leaves
nothing, and neither does one of an account whose sessions somebody has ended since.
"""

from datetime import timedelta
from typing import Any

from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Account, AccountSession

LEFT, LIFETIME = "left_by_session", timedelta(hours=1)
_names: set[str] = set()


def leave_to_next_session(*names: str) -> None:
    """Declare keys of the session whose values the next one of the same account gets."""
    _names.update(names)


def log_out(request: HttpRequest, account: Account, row: AccountSession) -> None:
    """Log out a session that has expired, and keep what it leaves in the anonymous one that follows."""
    values = {name: request.session[name] for name in sorted(_names & set(request.session.keys()))}
    auth.logout(request)
    if values:
        request.session[LEFT] = {
            "account": account.pk,
            "since": row.started_at.timestamp(),
            "until": (row.expires_at + LIFETIME).timestamp(),
            "values": values,
        }


def receive(request: HttpRequest, account: Account) -> None:
    """Take what the last session of `account` left here; what another account's left, or too long ago, is deleted."""
    left: dict[str, Any] | None = request.session.pop(LEFT, None)
    if left is None or left["account"] != account.pk or left["until"] <= timezone.now().timestamp():
        return
    if account.sessions_ended_at is None or left["since"] > account.sessions_ended_at.timestamp():
        request.session.update(left["values"])
