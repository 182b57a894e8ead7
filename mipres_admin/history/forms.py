"""How is the history filtered? By day, event, actor, entity and object."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone

from mipres_admin.database.text import search_words, with_words
from mipres_admin.forms import DayField, optional_choice, optional_words, wording
from mipres_admin.history import event_registry
from mipres_admin.history.models import HistoryQuerySet
from mipres_admin.history.presenters import model_of

FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2999, 12, 31)
MAX_MATCHES = 50
MIN_NAME_LENGTH = 3
NO_OBJECT = "El objeto debe ser uno de la lista: siga su enlace para ver solo sus actos."


def _day_field(label: str, help_text: str) -> forms.DateField:
    message = f"«{label}» debe ser una fecha desde {FIRST_DAY}, por ejemplo 2026-12-31."
    limits = [MinValueValidator(FIRST_DAY, message), MaxValueValidator(LAST_DAY, message)]
    return DayField(
        label, required=False, help_text=help_text, validators=limits, error_messages=wording(wrong=message)
    )


class BaseHistoryForm(forms.Form):
    """The days (Colombia's, both included) and the event; each is optional."""

    desde = _day_field("Desde", "Primer día.")
    hasta = _day_field("Hasta", "Último día, incluido.")
    acto = optional_choice(
        "Acto", "El acto debe ser uno de la lista.", lambda: [("", "Todos"), *event_registry.choices()]
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("desde"), cleaned.get("hasta")
        if first and last and last < first:
            self.add_error("hasta", "«Hasta» debe ser el mismo día de «Desde» o uno posterior.")
        return cleaned

    def filtered(self, events: HistoryQuerySet) -> HistoryQuerySet:
        """The events that a valid form selects."""
        data = self.cleaned_data
        if data["desde"]:
            events = events.filter(at__gte=timezone.make_aware(datetime.combine(data["desde"], time.min)))
        if data["hasta"]:
            events = events.filter(at__lte=timezone.make_aware(datetime.combine(data["hasta"], time.max)))
        return events.filter(event=data["acto"]) if data["acto"] else events

    def recorded_filters(self) -> dict[str, Any]:
        """The filters as the event of a download records them: without the words that name a person."""
        data = self.cleaned_data
        days = {name: data[name].isoformat() for name in ("desde", "hasta") if data[name]}
        return days | ({"acto": data["acto"]} if data["acto"] else {})


def _matching_keys(objects: QuerySet[Any], what: str) -> list[int]:
    """The keys of the objects. Raises ValidationError for none, and for too many."""
    keys = list(objects.values_list("pk", flat=True)[: MAX_MATCHES + 1])
    if not keys:
        raise ValidationError(f"No hay {what} con esas palabras. Revíselas o escriba menos.")
    if len(keys) > MAX_MATCHES:
        raise ValidationError(f"Hay más de {MAX_MATCHES} {what} con esas palabras: escriba más.")
    return keys


class HistoryForm(BaseHistoryForm):
    """The Ministry also filters by entity, actor and object."""

    entidad = optional_words("Entidad", "NIT o palabras del nombre.", "«Entidad»")
    quien = optional_words("Quién", "Usuario (login), o nombres y apellidos.", "«Quién»")
    objeto = forms.RegexField(
        r"^[a-z_]+\.[a-z]+(:[\w.-]{1,60})?$",
        label="Objeto",
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": NO_OBJECT},
    )

    def clean_entidad(self) -> list[int]:
        """The keys of the entities that the words name; none for a blank field."""
        words = self.cleaned_data["entidad"]
        if not search_words(words):
            return []
        entities: Any = apps.get_model(settings.TENANT_MODEL)
        return _matching_keys(entities.objects.matching(words), "entidades")

    def clean_quien(self) -> list[int]:
        """The keys of the accounts that the words name; none for a blank field."""
        typed = str(self.cleaned_data["quien"])
        words = search_words(typed)
        if not words:
            return []
        if len(typed) < MIN_NAME_LENGTH:
            raise ValidationError("«Quién» debe tener tres letras o más, por ejemplo ADMIPS900123456.")
        named = Q(person__isnull=False) & with_words("person__sort_name", words)
        accounts: Any = get_user_model()
        return _matching_keys(accounts.objects.filter(Q(login__startswith=typed.upper()) | named), "cuentas")

    def clean_objeto(self) -> str:
        """A type of object, with or without an identifier."""
        value = str(self.cleaned_data["objeto"])
        if value and model_of(value.partition(":")[0]) is None:
            raise ValidationError(NO_OBJECT)
        return value

    def filtered(self, events: HistoryQuerySet) -> HistoryQuerySet:
        data, events = self.cleaned_data, super().filtered(events)
        for field, keys in (("entity", data["entidad"]), ("actor", data["quien"])):
            if keys:
                # `=` lets PostgreSQL read an index in the order of the list; `IN` does not
                events = events.filter(**({field: keys[0]} if len(keys) == 1 else {f"{field}__in": keys}))
        object_type, _, object_id = data["objeto"].partition(":")
        events = events.filter(object_type=object_type) if object_type else events
        return events.filter(object_id=object_id) if object_id else events

    def recorded_filters(self) -> dict[str, Any]:
        data = self.cleaned_data
        return super().recorded_filters() | {name: data[name] for name in ("entidad", "quien", "objeto") if data[name]}
