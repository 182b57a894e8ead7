"""How does the Ministry look at a thing and act on it? Read-only windows, and acts that ask for a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path

from mipres_admin.forms import ReasonForm
from mipres_admin.models import HistoryEntry
from mipres_admin.refusals import Refused

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

LAST_ACTS = 100
# what nobody may be asked to guess letter by letter, with `?password__startswith=` in the address of a list
SECRETS = frozenset(
    (
        "password",
        "encoded",
        "secret_hash",
        "secret_sha256",
        "digest",
        "seed",
        "private_key",
        "credential_id",
        "text",
        "html",
    )
)


class ReadOnlyAdmin(ModelAdmin):
    """A window: nothing is added, changed or deleted through it, and its history is the portal's own."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """None for a key that PostgreSQL can not even be asked for."""
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Not by hashes, keys or the text of mails, of this thing or of one that it points at."""
        return SECRETS.isdisjoint(lookup.split("__")) and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The last acts on one thing, the newest first."""
        thing = self.get_object(request, object_id)
        if thing is None:
            raise Http404
        if not self.has_view_permission(request, thing):
            raise PermissionDenied
        acts = list(HistoryEntry.objects.of(thing).select_related("actor__person")[: LAST_ACTS + 1])
        context = {"title": f"Historia: {thing}", "thing": thing, "acts": acts[:LAST_ACTS]}
        return self.page(request, "admin/thing_history.html", context | {"more": len(acts) > LAST_ACTS})

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """A page of the admin."""
        return render(request, template, self.admin_site.each_context(request) | {"opts": self.opts} | context)


@dataclass(frozen=True)
class DeskAct:
    """One thing that the Ministry may do to an object: a button on it, and a page that explains it and asks why.

    `do(by=…, thing=…, **cleaned_data)` is the portal's own action: it writes history with the reason, raises Refused,
    and returns False when there was nothing left to do.
    """

    slug: str  # in the address
    label: str  # on the buttons
    warning: str  # what it means, before it is done
    permission: str  # "app.codename"
    said: str  # once it is done
    offered: Callable[[Any], bool]  # whether there is something to do to this object
    do: Callable[..., object]
    form: type[forms.Form] = ReasonForm  # a field more? extend ReasonForm
    initial: Callable[[Any], dict[str, Any]] = lambda thing: {}  # what those fields show of the thing

    def is_open_to(self, request: HttpRequest, thing: Any) -> bool:
        """Whether this person may do it to this thing now."""
        return request.user.has_perm(self.permission) and self.offered(thing)


class ActingAdmin(ReadOnlyAdmin):
    """A window with acts."""

    acts: tuple[DeskAct, ...] = ()
    change_form_template = "admin/acting_change_form.html"

    @property
    def stem(self) -> str:
        """How the names of its addresses begin."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_urls(self) -> list[URLPattern]:
        """The admin's, and that of the acts."""
        view = self.admin_site.admin_view(self.act_view)
        return [path("<path:object_id>/acto/<slug:slug>/", view, name=f"{self.stem}_act"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The thing, with the buttons of what may be done to it now."""
        thing = self.get_object(request, object_id)
        acts = [act for act in self.acts if act.is_open_to(request, thing)] if thing is not None else []
        context = {"acts": acts, "act_url": f"admin:{self.stem}_act", **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def _asked(self, request: HttpRequest, object_id: str, slug: str) -> tuple[Any, DeskAct]:
        """The thing and the act. Raises Http404 for either unknown, PermissionDenied for who may not."""
        act = next((act for act in self.acts if act.slug == slug), None)
        if act is not None and not request.user.has_perm(act.permission):
            raise PermissionDenied
        thing = self.get_object(request, object_id)
        if act is None or thing is None:
            raise Http404
        return thing, act

    def act_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """Say what the act means and ask why; then do it, by the action that everybody uses."""
        thing, act = self._asked(request, object_id, slug)
        form = act.form(request.POST or None, initial=act.initial(thing))
        if request.method == "POST" and form.is_valid():
            self._do(request, thing, act, form.cleaned_data)
            return redirect(f"admin:{self.stem}_change", thing.pk)
        context = {"title": act.label, "thing": thing, "form": form, "act": act, "offered": act.offered(thing)}
        return self.page(request, "admin/act.html", context)

    def _do(self, request: HttpRequest, thing: Any, act: DeskAct, asked: dict[str, Any]) -> None:
        try:
            done = act.do(by=request.user, thing=thing, **asked)
        except Refused as refused:
            refusal = refused.refusal
            messages.error(request, f"{refusal.headline}. {refusal.cause} {refusal.remedy}")
            return
        if done is False:
            messages.info(request, "Ya estaba hecho: no hubo cambios.")
        else:
            messages.success(request, act.said)
