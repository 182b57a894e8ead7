"""How is a form saved that was sent after the session had ended, until its sender has logged in again?

Nothing is done with it until its sender says so. Only forms of views declared `resumable` are saved, which hold no
secrets; and never files.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Account
from mipres_admin.access.declarations import declared

SAVED_FORM, CLOSED = "saved_form", "closed_session"
LIFETIME_SECONDS = 1_800
MAX_LENGTH, MAX_FIELDS = 50_000, 500


@dataclass(frozen=True)
class SavedForm:
    """Where the form was going, and its fields."""

    path: str
    fields: list[tuple[str, str]]


def _can_be_saved(request: HttpRequest, fields: list[tuple[str, str]]) -> bool:
    """Whether the view says so (those of the admin hold reasons, no secrets), and the form is short and has no file."""
    match = request.resolver_match
    access = declared(match.func) if match else None
    return (
        match is not None
        and (access.resumable if access else match.namespace == "admin")
        and not request.FILES
        and len(fields) <= MAX_FIELDS
        and sum(len(name) + len(value) for name, value in fields) <= MAX_LENGTH
    )


def remember_closed_session(request: HttpRequest, account: Account) -> None:
    """Remember that the session of `account` has just ended in this browser, whose tabs may still show its pages."""
    request.session[CLOSED] = {"account": account.pk, "at": timezone.now().timestamp()}


def _recent(request: HttpRequest, name: str) -> dict[str, Any] | None:
    data: dict[str, Any] | None = request.session.get(name)
    return data if data and data["at"] >= timezone.now().timestamp() - LIFETIME_SECONDS else None


def save(request: HttpRequest) -> None:
    """Save the form of this request for the account whose session has ended here, if there is one."""
    closed = _recent(request, CLOSED)
    if closed is not None:
        _store(request, closed["account"])


def keep(request: HttpRequest, account: Account) -> None:
    """Save the form of this request until `account`, which is logged in, has confirmed who it is."""
    _store(request, account.pk)


def _store(request: HttpRequest, account: int) -> None:
    """Save the form of this request for the account, if it may be saved."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and isinstance(value, str)
    ]
    if _can_be_saved(request, fields):
        request.session[SAVED_FORM] = {
            "account": account,
            "path": request.get_full_path(),
            "fields": fields,
            "at": timezone.now().timestamp(),
        }


def load(request: HttpRequest, account: Any) -> SavedForm | None:
    """The form saved for `account` in this browser. One of another account, or one that is too old, is discarded."""
    data = _recent(request, SAVED_FORM)
    if data is None or data["account"] != account.pk:
        discard(request)
        return None
    return SavedForm(data["path"], data["fields"])


def discard(request: HttpRequest) -> None:
    """Delete the saved form, if there is one."""
    if SAVED_FORM in request.session:
        del request.session[SAVED_FORM]


def discard_when_resubmitted(request: HttpRequest) -> None:
    """Delete the saved form once it has been sent again."""
    data = request.session.get(SAVED_FORM) if request.method == "POST" else None
    if data is not None and data["path"] == request.get_full_path():
        discard(request)
