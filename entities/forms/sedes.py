"""What may a provider type to create, edit, disable and find its sedes, and how is a mistake worded?"""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from entities.models import Department, Municipality, Sede
from entities.rules.sedes import SedeDetails, SedeUse
from mipres_admin.forms import ActionForm, hidden, optional_choice, optional_words, set_choices, wording

CHOOSE = "--Seleccione--"
PHONE = re.compile(r"\+?[0-9() .-]{7,40}( ?(ext|extensión)\.? ?[0-9]{1,6})?", re.IGNORECASE)
INCOMPLETE = "La página llegó incompleta: ábrala de nuevo y repita la operación."


class LineField(forms.CharField):
    def __init__(self, *, label: str, article: str, example: str, max_length: int, **kwargs: Any) -> None:
        self.wrong_message = f"{article} debe %s, por ejemplo {example}."
        super().__init__(
            label=label,
            max_length=max_length,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages=wording(
                f"Ingrese {article[0].lower()}{article[1:]}.",
                self.wrong_message % f"tener máximo {max_length} letras (escribió %(show_value)d)",
            ),
            **kwargs,
        )

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not (value.isprintable() and any(letter.isalnum() for letter in value)):
            raise ValidationError(self.wrong_message % "tener letras o números, sin símbolos de control")


def _municipalities() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every municipality, grouped by department: the list works without choosing the department first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    rows = Municipality.objects.order_by("department__name", "name")
    for code, name, department in rows.values_list("code", "name", "department__name"):
        groups.setdefault(department, []).append((code, name))
    return list(groups.items())


class SedeForm(ActionForm):
    """Nombre completo, Teléfono, Dirección, Departamento and Municipio (manual v4.1 §11.6)."""

    name = LineField(
        label="Nombre completo", article="El nombre de la sede", example="Farmacia Chapinero", max_length=300
    )
    phone = LineField(label="Teléfono", article="El teléfono", example="601 330 5043 ext. 12", max_length=60)
    address = LineField(label="Dirección", article="La dirección", example="Calle 53 # 13-40, local 2", max_length=300)
    department = forms.ChoiceField(
        label="Departamento",
        widget=forms.Select(attrs={"data-department": ""}),
        error_messages=wording(
            "Elija el departamento.", "El departamento debe ser uno de la lista, por ejemplo Antioquia."
        ),
    )
    municipality = forms.ChoiceField(
        label="Municipio",
        widget=forms.Select(attrs={"data-municipality": ""}),
        error_messages=wording("Elija el municipio.", "El municipio debe ser uno de la lista, por ejemplo Medellín."),
    )

    def __init__(self, *args: Any, sede: Sede | None = None, **kwargs: Any) -> None:
        if sede is not None:
            kwargs["initial"] = self.initial_of(sede) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        departments = Department.objects.order_by("name").values_list("code", "name")
        for name, choices in (("department", list(departments)), ("municipality", _municipalities())):
            set_choices(self, name, [("", CHOOSE), *choices])

    @staticmethod
    def initial_of(sede: Sede) -> dict[str, str]:
        """The details of a sede as values of the fields."""
        code = sede.municipality_id or ""
        details = {"name": sede.name, "phone": sede.phone, "address": sede.address}
        return details | {"department": code[:2], "municipality": code}

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if not PHONE.fullmatch(phone) or not 7 <= len(re.sub(r"\D", "", phone)) <= 20:
            raise ValidationError("El teléfono debe tener de 7 a 20 dígitos, por ejemplo 601 330 5043 ext. 12.")
        return phone

    def clean(self) -> None:
        department, municipality = self.cleaned_data.get("department"), self.cleaned_data.get("municipality")
        if department and municipality and not municipality.startswith(department):
            self.add_error(
                "municipality",
                "El municipio debe ser del departamento elegido. Cambie uno de los dos para que correspondan.",
            )

    @property
    def details(self) -> SedeDetails:
        """What was typed, when the form is valid."""
        data = self.cleaned_data
        return SedeDetails(data["name"], data["phone"], data["address"], data["municipality"])


class CreateSedeForm(SedeForm):
    """The form of "Crear Sede Proveedor", with its own key: sent twice, it creates one sede."""

    key = hidden(forms.UUIDField, INCOMPLETE)

    def renew(self, key: UUID) -> None:
        """Give the form another key, so that it may create another sede."""
        self.data = {**dict(self.data.items()), "key": str(key)}


class EditSedeForm(SedeForm):
    """The details of a sede, and the fingerprint of those that the page showed."""

    fingerprint = hidden(forms.CharField, INCOMPLETE, max_length=32)


class SimilarForm(forms.Form):
    """The confirmation that the similar sedes on the page are others."""

    similar = forms.CharField(required=False, max_length=100_000, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label="Sí, es otra sede: guardar con estos datos", required=False)

    @property
    def confirmed_codes(self) -> frozenset[str]:
        """The codes of the sedes that the delegate says are others."""
        if not self.is_valid() or not self.cleaned_data["confirmed"]:
            return frozenset()
        return frozenset(self.cleaned_data["similar"].split())


class DisableSedeForm(ActionForm):
    """The use of the sede that the page showed."""

    users = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    roles = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @property
    def expected_use(self) -> SedeUse:
        """What the page showed; from an incomplete page, one that no sede has."""
        return SedeUse(**self.cleaned_data) if self.is_valid() else SedeUse(-1, -1)


class SedesFilterForm(forms.Form):
    """The filters of "Consultar Sedes Proveedor" (manual v4.1 §11.7); every one is optional."""

    tipo = optional_choice(
        "Tipo Entidad",
        "El tipo de entidad debe ser uno de la lista.",
        [("", CHOOSE), ("proveedor", "Proveedor"), ("sede", "Sede Proveedor"), ("reps", "Sede del REPS")],
    )
    estado = optional_choice(
        "Estado",
        "El estado debe ser uno de la lista.",
        [("", "Todas"), ("habilitadas", "Habilitadas"), ("deshabilitadas", "Deshabilitadas")],
    )
    criterio = optional_words(
        "Criterios", "Código de habilitación, código del proveedor o palabras del nombre.", "El criterio"
    )
