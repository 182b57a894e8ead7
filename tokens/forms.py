"""What do the forms for tokens and client servers accept, and how are mistakes worded?"""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings

from mipres_admin.backoffice.forms import ReasonForm
from mipres_admin.forms import ActionForm, hidden, wording
from tokens.models import MAX_DAYS, PortalToken
from tokens.scopes import Scope

OVERLAPS = (
    ("0", "Terminarlo ahora: los sistemas que lo usan dejan de funcionar hasta que tengan el nuevo"),
    ("24", "Que valga 24 horas más: tiempo para cambiarlo en sus sistemas"),
    ("168", "Que valga 7 días más"),
)
REASONS = (
    ("Ya no se usa", "Ya no se usa"),
    ("Pudo quedar expuesto", "Pudo quedar expuesto o lo tiene alguien que no debe"),
    ("Se entregó por error", "Se entregó por error"),
    ("Otro motivo", "Otro motivo"),
)


class TokenForm(ActionForm):
    """A name, the days of validity, and what happens to the token that it replaces, if there is one."""

    name = forms.CharField(
        label="Nombre",
        max_length=60,
        help_text="Para reconocerlo después, por ejemplo el sistema que lo usará: Facturación SISMED.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages=wording(
            "Ingrese el nombre del token.",
            "El nombre debe tener 60 caracteres o menos, por ejemplo Facturación SISMED.",
        ),
    )
    days = forms.IntegerField(
        label="Días de vigencia",
        min_value=1,
        max_value=MAX_DAYS,
        help_text=f"De 1 a {MAX_DAYS}. Antes de que venza le avisaremos por correo.",
        error_messages=wording(
            "Ingrese los días de vigencia.", f"Los días de vigencia deben ser de 1 a {MAX_DAYS}, por ejemplo 90."
        )
        | {"invalid": "Los días de vigencia deben ser un número entero, por ejemplo 90."},
    )
    overlap = forms.ChoiceField(
        label="¿Qué hacer con el token anterior?",
        choices=OVERLAPS,
        widget=forms.RadioSelect,
        error_messages=wording(
            "Ingrese qué hacer con el token anterior.",
            "«Qué hacer con el token anterior» debe ser una de las opciones, por ejemplo 24 horas.",
        ),
    )
    expected_token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=36)
    request_key = hidden(forms.UUIDField, "La página llegó incompleta. Oprima de nuevo «Generar Token».")

    def __init__(self, data: Any = None, *, newest: PortalToken | None) -> None:
        initial = {
            "days": settings.TOKEN_DAYS,
            "overlap": "24",
            "name": newest.name if newest else "",
            "expected_token": str(newest.public_id) if newest else "",
            "request_key": uuid.uuid4(),
        }
        super().__init__(data, initial=initial)
        # the submitted page decides whether to ask, not what has changed since
        if not (self.data.get("expected_token") if self.is_bound else newest):
            del self.fields["overlap"]

    @property
    def overlap_duration(self) -> timedelta:
        """How long the replaced token remains valid."""
        return timedelta(hours=int(self.cleaned_data.get("overlap", "0")))


class RevokeForm(forms.Form):
    """Why a token is revoked."""

    reason = forms.ChoiceField(
        label="Motivo",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages=wording(
            "Ingrese el motivo.", "El motivo debe ser uno de los de la lista, por ejemplo Ya no se usa."
        ),
    )


# each letter is up to twelve bytes of a form (%F0%9F%98%80), and no form is larger than ORDINARY_BODY
LONGEST_TEXT = 20_000


class ReportForm(forms.Form):
    """An exposed token, alone or with the text around it."""

    text = forms.CharField(
        label="Token, o el texto donde aparece",
        max_length=LONGEST_TEXT,
        help_text="No importa si hay algo más alrededor: se buscan los tokens que contenga. Nada de esto se guarda.",
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        error_messages=wording(
            "Ingrese el token, o el texto donde aparece.",
            "El texto debe tener 20.000 caracteres o menos, por ejemplo solo el token.",
        ),
    )


class TryForm(forms.Form):
    """A portal token to inspect."""

    token = forms.CharField(
        label="Token",
        max_length=2_000,
        help_text="El token del portal, entero. No se guarda y esta prueba no cuenta como uso.",
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        error_messages=wording(
            "Ingrese el token.",
            "El token debe tener menos de 400 caracteres, por ejemplo el que muestra «Generar Token».",
        ),
    )

    def clean_token(self) -> str:
        # copying may bring spaces and line breaks
        return "".join(str(self.cleaned_data["token"]).split())


# ---------------------------------------------------------------- the Ministry's


class ClientForm(ReasonForm):
    """Another server that may inspect tokens, its scope, and why it needs this."""

    field_order = ("name", "scope", "reason")

    name = forms.CharField(
        label="Nombre",
        max_length=60,
        help_text="El servidor y quién responde por él, por ejemplo Suministros, Oficina de TIC.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages=wording(
            "Ingrese el nombre del servidor.",
            "El nombre debe tener 60 caracteres o menos, por ejemplo Suministros, Oficina de TIC.",
        ),
    )
    scope = forms.MultipleChoiceField(
        label="Alcance",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Marque solo lo que el servidor atiende: los demás tokens le aparecen como no vigentes.",
        error_messages=wording(
            "Ingrese el alcance: marque al menos uno.",
            "El alcance debe ser de los de la lista, por ejemplo Suministros.",
        ),
    )
    request_key = hidden(
        forms.UUIDField, "La página llegó incompleta. Ábrala de nuevo y repita la operación.", initial=uuid.uuid4
    )

    def clean_scope(self) -> list[str]:
        # without repetitions, in the order of the list
        return [scope for scope in Scope.values if scope in self.cleaned_data["scope"]]
