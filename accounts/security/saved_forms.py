"""What happens to a form that was sent after the session had ended? It waits until the same account is back.

Nothing is done with it until its sender, logged in again, says so. Forms with secrets or files are never kept.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Account

SAVED_FORM, CLOSED = "saved_form", "closed_session"
KEPT_SECONDS = 1_800
LONGEST, MOST_FIELDS = 50_000, 500
SECRET = {"old", "new", "confirmation", "code", "captcha", "answer"}
NEVER_KEPT = ("keep_session", "logout", "end_session", "end_sessions", "switch_entity", "login", "second_factor")


@dataclass(frozen=True)
class SavedForm:
    """Where the form was going, and its fields."""

    path: str
    fields: list[tuple[str, str]]


def _is_secret(name: str) -> bool:
    return name in SECRET or "password" in name or "clave" in name


def _is_keepable(request: HttpRequest, fields: list[tuple[str, str]]) -> bool:
    match = request.resolver_match
    return (
        match is not None
        and match.url_name not in NEVER_KEPT
        and not request.FILES
        and len(fields) <= MOST_FIELDS
        and sum(len(name) + len(value) for name, value in fields) <= LONGEST
        and not any(_is_secret(name) for name, _ in fields)
    )


def remember_closed_session(request: HttpRequest, account: Account) -> None:
    """The session of `account` has just ended here: its pages may still be open, in this window or in another."""
    request.session[CLOSED] = {"account": account.pk, "at": timezone.now().timestamp()}


def _recent(request: HttpRequest, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = request.session.get(name)
    return found if found and found["at"] >= timezone.now().timestamp() - KEPT_SECONDS else None


def keep(request: HttpRequest) -> None:
    """Keep the form of this request for the account whose session has ended here, if one has.

    Not a form that holds secrets or files or is too long.
    """
    closed = _recent(request, CLOSED)
    if closed is None:
        return
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and isinstance(value, str)
    ]
    if _is_keepable(request, fields):
        request.session[SAVED_FORM] = {
            "account": closed["account"],
            "path": request.get_full_path(),
            "fields": fields,
            "at": timezone.now().timestamp(),
        }


def saved_form(request: HttpRequest, account: Any) -> SavedForm | None:
    """The form that waits for `account` here. One that waits for another account, or for too long, is forgotten."""
    found = _recent(request, SAVED_FORM)
    if found is None or found["account"] != account.pk:
        forget(request)
        return None
    return SavedForm(found["path"], [(name, value) for name, value in found["fields"]])


def forget(request: HttpRequest) -> None:
    """Nothing waits any more."""
    if SAVED_FORM in request.session:
        del request.session[SAVED_FORM]


def discard_when_resubmitted(request: HttpRequest) -> None:
    """Nothing waits once the form has been sent again."""
    found = request.session.get(SAVED_FORM) if request.method == "POST" else None
    if found is not None and found["path"] == request.get_full_path():
        forget(request)
