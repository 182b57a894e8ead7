"""Which forms search, associate and list entities of a network, and how is a mistake worded?"""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join

from accounts.forms.documents import CHOOSE
from entities.models import NETWORK_MEMBERS, Entity, EntityKind
from mipres_admin.forms import ActionForm, optional_choice, optional_words, set_choices, wording

LOST = "La página llegó incompleta: búsquela de nuevo y repita el cambio."
SHORTEST_WORD = 3
LOOK_FOR = {
    EntityKind.IPS: "Busque la IPS que desea asociar",
    EntityKind.PROVEEDOR: "Busque el Proveedor que desea asociar",
    EntityKind.PPN: "Busque el Proveedor Persona Natural que desea asociar",
    EntityKind.PROFESIONAL_INDEPENDIENTE: "Busque el Profesional Independiente que desea asociar",
    EntityKind.EPS_S: "Busque la EPS que desea asociar",
}
STATES = [("", "Vigentes"), ("terminadas", "Terminadas"), ("todas", "Todas")]


def kinds_for(owner: Entity) -> list[tuple[str, str]]:
    """The kinds of entity that `owner` may have in its network, with their names."""
    return [(kind, str(EntityKind(kind).label)) for kind in NETWORK_MEMBERS[owner.kind]]


def criterion_field(label: str = "Criterios") -> forms.CharField:
    """Words or a code; accents, case and order do not matter."""
    help_text = "Palabras del nombre, código de habilitación, código del proveedor o NIT."
    return optional_words(label, help_text, "La búsqueda", type="search", autocomplete="off")


def _state_field() -> forms.ChoiceField:
    return optional_choice("Estado", "El estado debe ser uno de la lista.", STATES)


class FindEntitiesForm(forms.Form):
    """Tipo de Entidad a Asociar and what to look for (manual v4.1 §11.4)."""

    tipo = forms.ChoiceField(
        label="Tipo de Entidad a Asociar",
        widget=forms.RadioSelect,
        error_messages=wording(
            "Elija el tipo de entidad.", "El tipo de entidad debe ser uno de los que muestra la página."
        ),
    )
    criterio = criterion_field()

    def __init__(self, *args: Any, owner: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        kinds = kinds_for(owner)
        set_choices(self, "tipo", kinds)
        self.fields["tipo"].initial = kinds[0][0]
        # the stylesheet shows the one of the chosen radio, so that no script has to
        labels = ((kind, LOOK_FOR[EntityKind(kind)]) for kind, _ in kinds)
        self.fields["criterio"].label = format_html_join(" ", '<span data-tipo="{}">{}</span>', labels)

    @property
    def may_be_blank(self) -> bool:
        """Whether a blank search lists all entities: the EPS-Subsidiado of the country are few."""
        return self.owner.kind == EntityKind.ET

    def clean_criterio(self) -> str:
        """At least one word that an index can find."""
        words = str(self.cleaned_data["criterio"])
        if not words and not self.may_be_blank:
            raise ValidationError("Ingrese palabras del nombre, un código o un NIT.")
        if words and not any(len(word) >= SHORTEST_WORD for word in words.split()):
            raise ValidationError("La búsqueda debe tener una palabra de tres letras o más, por ejemplo clínica.")
        return words


class NetworkForm(ActionForm):
    """The ticks of "Asociar/Desasociar Entidad", and what the page showed when it was drawn.

    `expected_members` is "entity:0" or "entity:1" for each row shown: 1 was associated. Only rows whose tick changed
    count, so an old page changes nothing that the delegate did not touch. `expected_endings` is how many roles the
    page of confirmation showed.
    """

    expected_members = forms.RegexField(
        re.compile(r"[0-9]{1,18}:[01]( [0-9]{1,18}:[01])*", re.ASCII),
        max_length=2_000,
        widget=forms.HiddenInput,
        error_messages=wording(LOST, LOST),
    )
    expected_endings = forms.IntegerField(required=False, min_value=0, max_value=1_000_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["member"] = forms.ModelMultipleChoiceField(
            Entity.objects.filter(kind=kind),
            required=False,
            widget=forms.MultipleHiddenInput,
            error_messages=wording(wrong=LOST),
        )

    def clean(self) -> dict[str, Any]:
        """Sort the rows whose tick changed into `associated` and `dissociated`."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        pairs = (row.split(":") for row in cleaned["expected_members"].split())
        shown = {int(key): was == "1" for key, was in pairs}
        ticked = {entity.pk for entity in cleaned["member"]}
        if not ticked <= shown.keys():
            raise ValidationError(LOST)
        cleaned["associated"] = [entity for entity in cleaned["member"] if not shown[entity.pk]]
        unticked = [key for key, was in shown.items() if was and key not in ticked]
        cleaned["dissociated"] = list(Entity.objects.filter(kind=self.kind, pk__in=unticked).order_by("search", "pk"))
        return cleaned

    @property
    def ticked(self) -> set[str]:
        """The rows that came ticked, whatever else is wrong."""
        return set(self["member"].value())


class EntitiesFilterForm(forms.Form):
    """The filters of "Consultar Entidades" (manual v4.1 §11.5); all are optional."""

    tipo = optional_choice("Tipo Entidad", "El tipo de entidad debe ser uno de la lista.")
    estado = _state_field()
    criterio = criterion_field()

    def __init__(self, *args: Any, owner: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "tipo", [("", CHOOSE), *kinds_for(owner)])


class MembershipsFilterForm(forms.Form):
    """The filter of the networks to which an entity belongs."""

    estado = _state_field()
