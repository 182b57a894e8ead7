"""How does the Ministry see an object and act on it? Read-only admins, and object actions that ask for a reason."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path, quote, unquote
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import ResolverMatch, URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst

from mipres_admin.backoffice.forms import ReasonForm
from mipres_admin.database.text import Joined, SearchKey, key_words, with_words
from mipres_admin.reading.text import CONTROL, clean_text
from mipres_admin.refusals import Refusal, Refused

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    ModelAdmin = admin.ModelAdmin
    _Paginator = Paginator

HISTORY_LENGTH = 100
MAX_COUNT = 10_000
# the last part of the lookups of filters and related lists; any other could guess values, fail, or be slow
LOOKUPS = frozenset(("exact", "isnull", "isempty", "in", "gte", "lt"))


class CappedPaginator(_Paginator):
    """Pages of a list that is counted up to a limit; rows beyond it are found by searching."""

    @cached_property
    def count(self) -> int:
        """How many there are; one more than the limit when there are more."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: MAX_COUNT + 1].count())


class RelatedList(NamedTuple):
    """A list of what belongs to the object on the page."""

    label: str
    model: type[Model]
    lookup: str  # how its rows point at the object: person__id__exact
    order: int  # its place among the object's lists

    def url(self, pk: str) -> str:
        """The address of the list of one object."""
        opts = self.model._meta
        return f"{reverse(f'admin:{opts.app_label}_{opts.model_name}_changelist')}?{self.lookup}={pk}"

    @property
    def permission(self) -> str:
        """The permission to see the list."""
        return f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"


_related_lists: dict[type[Model], list[RelatedList]] = defaultdict(list)


def register_related_lists(model: type[Model], *lists: RelatedList) -> None:
    """Link to these lists from the page of each object of `model`; an app above the model may do so too."""
    _related_lists[model] = sorted((*_related_lists[model], *lists), key=lambda related: related.order)


def column(description: str, content: Callable[[Any], object], ordering: str | None = None) -> Any:
    """A column of a list, or a field of an object's page, whose content is computed."""

    @admin.display(description=description, ordering=ordering)
    def shown(obj: Any) -> object:
        return content(obj)

    return staticmethod(shown)


class ReadOnlyAdmin(ModelAdmin):
    """Shows objects and their history; nothing is changed or deleted, and added only through `add_form`.

    Its lists are made for millions of rows: counted up to a limit, and searched by the querysets of the portal.
    """

    change_form_template = "admin/object_change_form.html"
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    # the rows of a list that match the words of the search box
    search: Callable[[Any, str], QuerySet[Any]] | None = None
    # both set by `HistoryConfig`: the manager of the recorded events, whose `of(obj)` are those of one object, the
    # newest first, and the function that adds to them what a row shows
    recorded_events: ClassVar[Any]
    present_events: ClassVar[Any]
    add_permission = ""  # "app.codename"; without one nobody adds
    add_form: type[forms.Form] | None = None
    add_title = ""
    add_template = ""

    @classmethod
    def register_fieldset(cls, title: str, **fields: Callable[[Any], object]) -> None:
        """An app above shows more of these objects: the name of each computed field, and its function."""
        for name, function in fields.items():
            setattr(cls, name, staticmethod(function))
        cls.fieldsets = (*(cls.fieldsets or ()), (title, {"fields": tuple(fields)}))

    @property
    def url_prefix(self) -> str:
        """How its url names begin."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        return render(request, template, self.admin_site.each_context(request) | {"opts": self.opts} | context)

    # ------------------------------------------------------------ permissions

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.add_permission) and request.user.has_perm(self.add_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # ------------------------------------------------------------ lists

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, named by what it holds: the stock title is "Elija … para ver"."""
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def get_search_fields(self, request: HttpRequest) -> Any:
        # without a field the stock admin shows no search box
        return super().get_search_fields(request) or (("pk",) if self.search else ())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = clean_text(CONTROL.sub("", search_term))
        # the form of the list leaves nothing of what nobody sees, nor of words with a NUL
        if not words and request.GET.get(SEARCH_VAR, search_term).strip():
            return queryset.none(), False
        if self.search is not None:
            return (self.search(queryset, words) if words else queryset), False
        if not self.search_fields or self.search_fields[0].startswith("="):
            return super().get_search_results(request, queryset, words)
        # one key, as of the models that store theirs
        rows = queryset.alias(searched=Joined(*(SearchKey(F(field)) for field in self.search_fields)))
        return rows.filter(with_words("searched", key_words(words))), False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only the lookups of its filters and related lists: no value of another field can be guessed by address."""
        field, _, last = lookup.rpartition("__")
        name = field if last in LOOKUPS else lookup
        return "\0" not in str(value) and name in self._lookup_names(request)

    def _lookup_names(self, request: HttpRequest) -> set[str]:
        """The paths of the fields of filters and related lists, and the parameters of other filters."""
        lists = (related for lists in _related_lists.values() for related in lists if related.model is self.model)
        names = {related.lookup.rpartition("__")[0] for related in lists}
        filters: Any = self.get_list_filter(request)
        for item in filters:
            if isinstance(item, type):
                names.add(getattr(item, "parameter_name", ""))
                continue
            field_path = item if isinstance(item, str) else str(item[0])
            target = getattr(get_fields_from_path(self.model, field_path)[-1], "target_field", None)
            names |= {field_path, f"{field_path}__{target.name}"} if target else {field_path}
        return names

    # ------------------------------------------------------------ one object

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        # PostgreSQL takes no NUL
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def get_viewable(self, request: HttpRequest, object_id: str) -> Any:
        """The object. Raises PermissionDenied without permission to see it, Http404 when there is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        return obj

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The object, with links to its related lists."""
        if request.method == "POST":  # with `_saveasnew` the stock admin would add an object past the portal's action
            raise PermissionDenied
        pk = unquote(object_id)
        related_lists = [
            (related.label, related.url(pk))
            for related in _related_lists[self.model]
            if request.user.has_perm(related.permission)
        ]
        context = {"related_lists": related_lists, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The last events of one object, the newest first, each with what it is about and a link to its page."""
        obj = self.get_viewable(request, object_id)
        events = self.recorded_events.of(self.history_subject(obj)).select_related("actor__person", "entity")
        rows = self.present_events(events[: HISTORY_LENGTH + 1])
        context = {"title": f"Historia: {obj}", "obj": obj, "rows": rows[:HISTORY_LENGTH]}
        context |= {"more": len(rows) > HISTORY_LENGTH, "may_open": request.user.has_perm("history.view_historyentry")}
        return self.page(request, "admin/object_history.html", context)

    def history_subject(self, obj: Any) -> Model:
        """The object under which the events of this one are recorded."""
        subject: Model = obj
        return subject

    # ------------------------------------------------------------ adding

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show `add_form`, add the object by the portal's action, and go to it."""
        if self.add_form is None:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.add_form(request.POST or None, request.FILES or None)
        obj = self.add_object(request, form) if request.method == "POST" and form.is_valid() else None
        if obj is not None:
            return redirect(f"admin:{self.url_prefix}_change", obj.pk)
        return self.page(request, self.add_template, {"title": self.add_title, "form": form})

    def form_at(self, match: ResolverMatch) -> type[forms.Form] | None:
        """The form that this address takes, if any."""
        return self.add_form if match.url_name == f"{self.url_prefix}_add" else None

    def add_object(self, request: Any, form: Any) -> Model | None:
        """Add the object of a valid `add_form`; None when it was refused, with the reason in the form."""
        raise NotImplementedError


class NewestFirst(ModelAdmin):
    """A list in one order: sorting it by another column would read all of its many rows."""

    ordering: ClassVar[Any] = ("-pk",)
    sortable_by: ClassVar[Any] = ()


class ListOnlyAdmin(ReadOnlyAdmin):
    """A list without pages: the key of its rows is a hash, which no address should carry."""

    list_display_links = None

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return None


@dataclass(frozen=True)
class ObjectAction:
    """What the Ministry may do to an object: a button on its page, and a page that explains it and asks for a reason.

    `perform(by=…, <argument>=obj, **cleaned_data)` is the portal's own action: it records an event with the reason,
    raises Refused, and returns False when there was nothing to do.
    """

    slug: str  # in the address
    label: str  # on the buttons
    confirmation: str  # what it does, shown before it is done
    permission: str  # "app.codename"
    success_message: str
    is_available: Callable[[Any], bool]  # whether there is anything to do to this object
    perform: Callable[..., object]
    argument: str  # the name by which `perform` takes the object
    form: type[forms.Form] = ReasonForm  # with more fields, a subclass of ReasonForm
    needs_session: bool = False  # whether `perform` also takes the session of the staff member (`session=`)
    redirect_to: str = ""  # a url name; without one, back to the object
    # why it cannot be done to this object at all
    refusal: Callable[[Any], Refusal | None] = lambda obj: None
    initial: Callable[[Any], dict[str, Any]] = lambda obj: {}  # the first values of the form
    preview: Callable[[Any], str] = lambda obj: ""  # what it would do to this object

    def is_allowed(self, request: HttpRequest, obj: Any) -> bool:
        """Whether this person may do it to this object now."""
        return request.user.has_perm(self.permission) and self.is_available(obj)

    def refusal_for(self, request: HttpRequest, obj: Any) -> Refusal | None:
        """Why this person cannot do it to this object; None when there is nothing to do."""
        return self.refusal(obj)


class ObjectActionsAdmin(ReadOnlyAdmin):
    """A read-only admin with object actions."""

    object_actions: tuple[ObjectAction, ...] = ()

    @classmethod
    def register_actions(cls, *actions: ObjectAction) -> None:
        """Add actions of an app above this one."""
        cls.object_actions = (*cls.object_actions, *actions)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.object_action_view)
        name = f"{self.url_prefix}_action"
        return [path("<path:object_id>/acto/<slug:slug>/", view, name=name), *super().get_urls()]

    def form_at(self, match: ResolverMatch) -> type[forms.Form] | None:
        if match.url_name != f"{self.url_prefix}_action":
            return super().form_at(match)
        return next((action.form for action in self.object_actions if action.slug == match.kwargs["slug"]), None)

    def actions_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """The buttons of the actions that this person may do to the object now."""
        actions = [action for action in self.object_actions if action.is_allowed(request, obj)]
        return {"object_actions": actions, "action_url": f"admin:{self.url_prefix}_action"}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        context = self.actions_context(request, obj) if obj is not None else {}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def object_action_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """Explain the action and ask for a reason; then perform it."""
        action = next((action for action in self.object_actions if action.slug == slug), None)
        if action is not None and not request.user.has_perm(action.permission):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if action is None or obj is None:
            raise Http404
        form = action.form(request.POST or None, initial=action.initial(obj))
        if request.method == "POST" and form.is_valid():
            return self._perform(request, obj, action, form.cleaned_data)
        return self.action_page(request, obj, action, form)

    def action_page(self, request: HttpRequest, obj: Any, action: ObjectAction, form: forms.Form) -> HttpResponse:
        """The explanation of the action, and its form."""
        is_available = action.is_allowed(request, obj)
        context = {"title": action.label, "obj": obj, "form": form, "action": action, "is_available": is_available}
        context |= {"refusal": action.refusal_for(request, obj), "preview": action.preview(obj) if is_available else ""}
        return self.page(request, "admin/object_action.html", context)

    def _perform(self, request: Any, obj: Any, action: ObjectAction, data: dict[str, Any]) -> HttpResponse:
        """Perform the action, say the result, and go to the object, or to the list when it is gone."""
        session = {"session": request.account_session} if action.needs_session else {}
        object_id = str(obj.pk)
        try:
            done = action.perform(by=request.user, **{action.argument: obj}, **session, **data)
        except Refused as refused:
            messages.error(request, str(refused.refusal))
        else:
            if done is False:
                messages.info(request, "Ya estaba hecho: no hubo cambios.")
            else:
                messages.success(request, action.success_message)
            if action.redirect_to:
                return redirect(action.redirect_to)
        if self.get_object(request, object_id) is None:
            return redirect(f"admin:{self.url_prefix}_changelist")
        return redirect(f"admin:{self.url_prefix}_change", quote(object_id))


class ReviewAdmin(ObjectActionsAdmin):
    """Rows that a reviewer decides on a page with what to weigh and the form, which stays after a refusal."""

    may_review: Callable[[Any], bool]
    """Whether an account is a reviewer of these rows: a static method."""

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self.may_review(request.user) or super().has_view_permission(request, obj)

    def new_form(self, obj: Any) -> forms.Form:
        """The form of a row that nobody has sent yet."""
        raise NotImplementedError

    def review_page(self, request: HttpRequest, obj: Any, form: forms.Form) -> HttpResponse:
        """The page of a row."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if obj is None:
            return redirect(f"admin:{self.url_prefix}_changelist")
        return self.review_page(request, obj, self.new_form(obj))

    def action_page(self, request: HttpRequest, obj: Any, action: ObjectAction, form: forms.Form) -> HttpResponse:
        return self.review_page(request, obj, form)


def form_at(match: ResolverMatch) -> type[forms.Form] | None:
    """The form that an address of the admin takes, if any."""
    pages = (page for page in admin.site._registry.values() if isinstance(page, ReadOnlyAdmin))
    return next((form for page in pages if (form := page.form_at(match))), None)
