"""Which acts does somebody look for? By day, by act, by who, by entity, by what they were done to."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from mipres_admin.models import HistoryEntry, HistoryQuerySet
from mipres_admin.telling import choices_of_acts, model_of
from mipres_admin.text import fold_words

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


class ActsForm(forms.Form):
    """The days (Colombia's, both included) and the act; every one is optional."""

    desde = _day("Desde", "Primer día.")
    hasta = _day("Hasta", "Último día, incluido.")
    acto = forms.ChoiceField(
        label="Acto", required=False, error_messages={"invalid_choice": "El acto debe ser uno de la lista."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        act = self.fields["acto"]
        assert isinstance(act, forms.ChoiceField)  # noqa: S101  declared above
        act.choices = [("", "Todos"), *choices_of_acts()]

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("desde"), cleaned.get("hasta")
        if first and last and last < first:
            self.add_error("hasta", "«Hasta» debe ser el mismo día de «Desde» o uno posterior.")
        return cleaned

    def chosen(self, acts: HistoryQuerySet) -> HistoryQuerySet:
        """Those of the acts that a valid form asks for."""
        asked = self.cleaned_data
        if asked["desde"]:
            acts = acts.filter(at__gte=timezone.make_aware(datetime.combine(asked["desde"], time.min)))
        if asked["hasta"]:
            acts = acts.filter(at__lte=timezone.make_aware(datetime.combine(asked["hasta"], time.max)))
        return acts.filter(act=asked["acto"]) if asked["acto"] else acts

    def written(self) -> dict[str, Any]:
        """What the history keeps of the filters in use: never the words that name a person."""
        asked = self.cleaned_data
        days = {name: asked[name].isoformat() for name in ("desde", "hasta") if asked[name]}
        return days | ({"acto": asked["acto"]} if asked["acto"] else {})


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
    """The model of the entities or of the accounts, which are made on floors above this one."""
    return HistoryEntry._meta.get_field(name).related_model  # type: ignore[return-value]


class DeskActsForm(ActsForm):
    """What the Ministry may look for besides."""

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

    def chosen(self, acts: HistoryQuerySet) -> HistoryQuerySet:
        """Those of the acts that a valid form asks for."""
        asked, acts = self.cleaned_data, super().chosen(acts)
        for field, keys in (("entity", asked["entidad"]), ("actor", asked["quien"])):
            if keys:
                # one key is one walk along an index, in the order of the list
                acts = acts.filter(**({field: keys[0]} if len(keys) == 1 else {f"{field}__in": keys}))
        object_type, _, object_id = asked["objeto"].partition(":")
        acts = acts.filter(object_type=object_type) if object_type else acts
        return acts.filter(object_id=object_id) if object_id else acts

    def written(self) -> dict[str, Any]:
        """Entities and accounts by their keys."""
        asked = self.cleaned_data
        return super().written() | {name: asked[name] for name in ("entidad", "quien", "objeto") if asked[name]}
