"""How is every form drawn, and how does it show what an action refuses?"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from mipres_admin.refusals import Refusal, Refused


class PortalFormRenderer(TemplatesSetting):
    """Draw fields with `components/field.html`; templates of `templates/` come before Django's."""

    field_template_name = "components/field.html"


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Offer these choices in a field that the form has declared as a choice."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)


def used_filters(form: forms.BaseForm) -> str:
    """The filters in use, as the query of an address; empty when there are none."""
    return urlencode({name: value for name, value in form.data.items() if value and name in form.fields})


class ActionForm(forms.Form):
    """A form whose values an action takes, and which shows why the action did not do it."""

    refusal: Refusal | None = None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Call the action inside: what it finds wrong, or refuses, is shown by the form (and nothing is raised)."""
        try:
            yield
        except ValidationError as error:
            self.add_error(None, error)
        except Refused as refused:
            self.refusal = refused.refusal
