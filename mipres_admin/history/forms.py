"""How is the history filtered? By day, event, actor, entity and object."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from mipres_admin.database.text import fold_words
from mipres_admin.history import event_registry
from mipres_admin.history.models import HistoryEntry, HistoryQuerySet
from mipres_admin.history.presenters import model_of

FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2999, 12, 31)
MOST_FOUND = 50
SHORTEST_WORD = 3


def _day(label: str, help_text: str) -> forms.DateField:
    say = f"«{label}» debe ser una fecha desde {FIRST_DAY}, por ejemplo 2026-12-31."
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        validators=[MinValueValidator(FIRST_DAY, say), MaxValueValidator(LAST_DAY, say)],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": say},
    )


class BaseHistoryForm(forms.Form):
    """The days (Colombia's, both included) and the event; each is optional."""

    desde = _day("Desde", "Primer día.")
    hasta = _day("Hasta", "Último día, incluido.")
    acto = forms.ChoiceField(
        label="Acto", required=False, error_messages={"invalid_choice": "El acto debe ser uno de la lista."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event = self.fields["acto"]
        assert isinstance(event, forms.ChoiceField)  # noqa: S101  declared above
        event.choices = [("", "Todos"), *event_registry.choices()]

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("desde"), cleaned.get("hasta")
        if first and last and last < first:
            self.add_error("hasta", "«Hasta» debe ser el mismo día de «Desde» o uno posterior.")
        return cleaned

    def filtered(self, events: HistoryQuerySet) -> HistoryQuerySet:
        """Those of the events that a valid form asks for."""
        data = self.cleaned_data
        if data["desde"]:
            events = events.filter(at__gte=timezone.make_aware(datetime.combine(data["desde"], time.min)))
        if data["hasta"]:
            events = events.filter(at__lte=timezone.make_aware(datetime.combine(data["hasta"], time.max)))
        return events.filter(event=data["acto"]) if data["acto"] else events

    def recorded_filters(self) -> dict[str, Any]:
        """What the history keeps of the filters in use: never the words that name a person."""
        data = self.cleaned_data
        days = {name: data[name].isoformat() for name in ("desde", "hasta") if data[name]}
        return days | ({"acto": data["acto"]} if data["acto"] else {})


def _words(label: str, help_text: str) -> forms.CharField:
    say = f"«{label}» debe tener máximo 100 letras."
    return forms.CharField(
        label=label, required=False, max_length=100, help_text=help_text, error_messages={"max_length": say}
    )


def _few(found: QuerySet[Any], what: str) -> list[int]:
    """The keys of what was found. Raises ValidationError for none, and for more than a person can have meant."""
    keys = list(found.values_list("pk", flat=True)[: MOST_FOUND + 1])
    if not keys:
        raise ValidationError(f"No hay {what} con esas palabras. Revíselas o escriba menos.")
    if len(keys) > MOST_FOUND:
        raise ValidationError(f"Hay más de {MOST_FOUND} {what} con esas palabras: escriba más.")
    return keys


def related(name: str) -> type[Model]:
    """The model of the entities or of the accounts, which belong to upper layers."""
    return HistoryEntry._meta.get_field(name).related_model  # type: ignore[return-value]


class HistoryForm(BaseHistoryForm):
    """The Ministry also filters by entity, actor and object."""

    entidad = _words("Entidad", "NIT o palabras del nombre.")
    quien = _words("Quién", "Usuario (login), o nombres y apellidos.")
    objeto = forms.RegexField(
        r"^[a-z_]+\.[a-z]+(:[\w.-]{1,60})?$",
        label="Objeto",
        required=False,
        help_text="Por ejemplo accounts.account:15; se llena al seguir el enlace de un objeto de la lista.",
        error_messages={"invalid": "El objeto debe ser un tipo, por ejemplo accounts.account o accounts.account:15."},
    )

    def clean_entidad(self) -> list[int]:
        """The entities that are meant; none for a blank field."""
        words = fold_words(self.cleaned_data["entidad"]).replace("\0", "")
        if not words:
            return []
        named = Q()
        for word in words.split():
            named &= Q(search__contains=word)
        return _few(related("entity")._default_manager.filter(named), "entidades")

    def clean_quien(self) -> list[int]:
        """The accounts that are meant; none for a blank field."""
        words = fold_words(self.cleaned_data["quien"]).replace("\0", "")
        if not words:
            return []
        if len(words) < SHORTEST_WORD:
            raise ValidationError("«Quién» debe tener tres letras o más, por ejemplo ADMIPS900123456.")
        named = Q(person__isnull=False)
        for word in words.split():
            named &= Q(person__sort_name__contains=word)
        return _few(related("actor")._default_manager.filter(Q(login__startswith=words.upper()) | named), "cuentas")

    def clean_objeto(self) -> str:
        """A type that the portal has, with or without the identifier of one."""
        said = str(self.cleaned_data["objeto"])
        if said and model_of(said.partition(":")[0]) is None:
            raise ValidationError("El objeto debe ser de un tipo que el portal tenga, por ejemplo accounts.account.")
        return said

    def filtered(self, events: HistoryQuerySet) -> HistoryQuerySet:
        """Those of the events that a valid form asks for."""
        data, events = self.cleaned_data, super().filtered(events)
        for field, keys in (("entity", data["entidad"]), ("actor", data["quien"])):
            if keys:
                # one key is one walk along an index, in the order of the list
                events = events.filter(**({field: keys[0]} if len(keys) == 1 else {f"{field}__in": keys}))
        object_type, _, object_id = data["objeto"].partition(":")
        events = events.filter(object_type=object_type) if object_type else events
        return events.filter(object_id=object_id) if object_id else events

    def recorded_filters(self) -> dict[str, Any]:
        """Entities and accounts by their keys."""
        data = self.cleaned_data
        return super().recorded_filters() | {name: data[name] for name in ("entidad", "quien", "objeto") if data[name]}
