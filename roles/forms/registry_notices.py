"""Which filters has the list of what registries ended, and how is a mistake worded?"""

from django import forms

from mipres_admin.forms import optional_choice
from roles.end_reasons import EndReason
from roles.forms.users import day_field


class NoticesFilterForm(forms.Form):
    """The filters of "Novedades de los registros"; both are optional."""

    causa = optional_choice("Causa", "La causa debe ser una de la lista.", [("", "Todas"), *EndReason.choices])
    dia = day_field("Día", "En que el Ministerio cargó el registro.")
