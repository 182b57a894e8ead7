"""How does the Ministry look at a thing and act on it? Read-only windows, and acts that ask for a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from mipres_admin.forms import ReasonForm
from mipres_admin.models import HistoryEntry
from mipres_admin.refusals import Refusal, Refused

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    ModelAdmin = admin.ModelAdmin
    _Paginator = Paginator

LAST_ACTS = 100
MOST_COUNTED = 10_000


class CappedPaginator(_Paginator):
    """Pages of a list that is counted up to a limit: what lies beyond is found by searching, not by turning pages."""

    @cached_property
    def count(self) -> int:
        """How many there are; one more than the limit when there are more."""
        found: QuerySet[Any] = self.object_list.order_by().values("pk")[: MOST_COUNTED + 1]  # type: ignore[attr-defined]
        return found.count()


class Also(NamedTuple):
    """A list of other things that belong to the one on the page."""

    label: str
    model: str  # as its addresses begin: accounts_account
    lookup: str  # how its rows point here: person__id__exact

    @property
    def permission(self) -> str:
        """What it takes to see that list."""
        app, _, model = self.model.partition("_")
        return f"{app}.view_{model}"


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
        "rows",
        "content",
        "credential_hash",
        "public_key",
        "key",
        "form_key",
        "request_key",
        "last_step",
    )
)
# what the filters, and the links from one list to another, ask; the rest is a way to guess, to fail, or to be slow
LOOKUPS = frozenset(("exact", "isnull", "isempty", "in", "gte", "lt"))


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


class ReadOnlyAdmin(ModelAdmin):
    """A window: nothing is added, changed or deleted through it, and its history is the portal's own.

    Its lists are made for millions of rows: counted up to a limit, never sorted but by an index where `sortable_by` is
    empty, searched by the queryset of the portal (`find`).
    """

    change_form_template = "admin/acting_change_form.html"
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    also: tuple[Also, ...] = ()
    # given the list and the words of the search box, the rows that answer to them
    find: Callable[[Any, str], QuerySet[Any]] | None = None

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Something, where there is a way to search: without it the stock admin shows no box."""
        return super().get_search_fields(request) or (("pk",) if self.find else ())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows that answer to the words; all of them without words."""
        words = search_term.replace("\0", "").strip()
        if self.find is None:
            return super().get_search_results(request, queryset, words)
        return (self.find(queryset, words) if words else queryset), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The thing, with links to what belongs to it. Only to look: a form sent here is the stock admin's own.

        With `_saveasnew` in it the stock admin would add a thing for who may add them, past the portal's action.
        """
        if request.method == "POST":
            raise PermissionDenied
        also = [
            (one.label, f"{reverse(f'admin:{one.model}_changelist')}?{one.lookup}={object_id}")
            for one in self.also
            if request.user.has_perm(one.permission)
        ]
        context = {"also": also, "act_url": f"admin:{self.stem}_act", **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @property
    def stem(self) -> str:
        """How the names of its addresses begin."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """None for a key that PostgreSQL can not even be asked for."""
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Not by what nobody may guess, of this thing or of one that it points at; and only as the filters ask."""
        parts = lookup.split("__")
        if "\0" in str(value) or not SECRETS.isdisjoint(parts) or not self._is_plain(parts):
            return False
        return super().lookup_allowed(lookup, value, request)

    def _is_plain(self, parts: list[str]) -> bool:
        """Whether nothing follows the path of fields but a lookup of the filters; a lone word is a filter's."""
        model: Any = self.model
        for place, part in enumerate(parts):
            field = _field(model, part) if model else None
            if field is None:
                return place == 0 or (place == len(parts) - 1 and part in LOOKUPS)
            model = field.related_model
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The last acts on one thing, the newest first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        thing = self.get_object(request, object_id)
        if thing is None:
            raise Http404
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
    in_session: bool = False  # whether `do` is also told in which session it is asked (`session=`)
    then: str = ""  # the url name of where it leads; without one, back to the thing
    # why it can not be done to this thing at all, where that is not plain
    refusal: Callable[[Any], Refusal | None] = lambda thing: None
    initial: Callable[[Any], dict[str, Any]] = lambda thing: {}  # what those fields show of the thing

    def is_open_to(self, request: HttpRequest, thing: Any) -> bool:
        """Whether this person may do it to this thing now."""
        return request.user.has_perm(self.permission) and self.offered(thing)


def under(name: str, deed: Callable[..., object]) -> Callable[..., object]:
    """An action of the portal as a button does it: told of the thing under the name that the action gives it."""

    def do(*, by: Any, thing: Any, **asked: Any) -> object:
        return deed(by=by, **{name: thing}, **asked)

    return do


class ListOnlyAdmin(ReadOnlyAdmin):
    """A list without pages: the key of its rows is a hash, which no address should carry."""

    list_display_links = None

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Nothing can be opened."""
        return None


class ActingAdmin(ReadOnlyAdmin):
    """A window with acts."""

    acts: tuple[DeskAct, ...] = ()

    @classmethod
    def offer(cls, *acts: DeskAct) -> None:
        """A higher floor adds what only it can do to the things of this one."""
        cls.acts = (*cls.acts, *acts)

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
        context = {"acts": acts, **(extra_context or {})}
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
            went = self._do(request, thing, act, form.cleaned_data)
            return redirect(act.then) if went and act.then else self._back(request, object_id)
        context = {"title": act.label, "thing": thing, "form": form, "act": act, "offered": act.offered(thing)}
        context["refusal"] = act.refusal(thing)
        return self.page(request, "admin/act.html", context)

    def _back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the thing, or to the list when the act was its end."""
        if self.get_object(request, object_id) is None:
            return redirect(f"admin:{self.stem}_changelist")
        return redirect(f"admin:{self.stem}_change", object_id)

    def _do(self, request: Any, thing: Any, act: DeskAct, asked: dict[str, Any]) -> bool:
        """Do it, and say what became of it; False when it was refused."""
        here = {"session": request.whole_session} if act.in_session else {}
        try:
            done = act.do(by=request.user, thing=thing, **here, **asked)
        except Refused as refused:
            refusal = refused.refusal
            messages.error(request, f"{refusal.headline}. {refusal.cause} {refusal.remedy}")
            return False
        if done is False:
            messages.info(request, "Ya estaba hecho: no hubo cambios.")
        else:
            messages.success(request, act.said)
        return True
