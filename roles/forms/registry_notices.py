"""Which filters has the list of what registries ended, and how is a mistake worded?"""

from django import forms

from roles.end_reasons import EndReason
from roles.forms.users import day_field


class NoticesFilterForm(forms.Form):
    """The filters of "Novedades de los registros"; both are optional."""

    causa = forms.ChoiceField(
        label="Causa",
        required=False,
        choices=[("", "Todas"), *EndReason.choices],
        error_messages={"invalid_choice": "La causa debe ser una de la lista."},
    )
    dia = day_field("Día", "En que el Ministerio cargó el registro.")
