"""How is a form saved that was sent after the session had ended, until its sender has logged in again?

Nothing is done with it until its sender says so. Only the fields that a view declares `resumable` are saved, and those
of the forms of the admin, which hold no secrets; no file, and nothing else that was sent.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils import timezone

from accounts.models import Account
from mipres_admin.access.declarations import declared
from mipres_admin.backoffice.admin_base import form_at
from mipres_admin.forms import fields_of

SAVED_FORM, CLOSED = "saved_form", "closed_session"
LIFETIME_SECONDS = 1_800
MAX_LENGTH, MAX_FIELDS = 50_000, 500


@dataclass(frozen=True)
class SavedForm:
    """Where the form was going, and its fields."""

    path: str
    fields: list[tuple[str, str]]


def _resumable(match: ResolverMatch | None) -> frozenset[str] | None:
    """The fields of this view that may be saved; None when its form may not (those of the admin hold reasons)."""
    access = declared(match.func) if match else None
    if access is not None or match is None:
        return access.resumable if access else None
    form = form_at(match) if match.namespace == "admin" else None
    return fields_of(form) if form else None


def _fields(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What may be saved of this request; None when nothing may, or it is too long."""
    names = _resumable(request.resolver_match)
    if names is None or request.FILES:
        return None
    sent = [(name, value) for name, values in request.POST.lists() if name in names for value in values]
    fields = [(name, value) for name, value in sent if isinstance(value, str)]
    is_short = len(fields) <= MAX_FIELDS and sum(len(name) + len(value) for name, value in fields) <= MAX_LENGTH
    return fields if is_short else None


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
    fields = _fields(request)
    if fields is not None:
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
