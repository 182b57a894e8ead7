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


# ---------------------------------------------------------------- fields

WRONG = ("invalid", "invalid_choice", "max_length", "min_value", "max_value", "list", "invalid_pk_value")


def wording(missing: str = "", wrong: str = "") -> dict[str, str]:
    """The messages of a field: without a value, and for any value that it does not take ("": Django's)."""
    messages = {"required": missing} | dict.fromkeys(WRONG, wrong)
    return {code: message for code, message in messages.items() if message}


def hidden(field: type[forms.Field], lost: str, **options: Any) -> Any:
    """A field that the page sends by itself, with one message for whatever is wrong with it."""
    return field(widget=forms.HiddenInput, error_messages=wording(lost, lost), **options)


def optional_choice(label: str, wrong: str, choices: Any = ()) -> forms.ChoiceField:
    """A filter by one of some choices."""
    return forms.ChoiceField(label=label, required=False, choices=choices, error_messages=wording(wrong=wrong))


def optional_words(label: str, help_text: str, subject: str, **attrs: str) -> forms.CharField:
    """A filter by words; `subject` begins the message about too many of them."""
    message = wording(wrong=f"{subject} debe tener máximo 100 letras.")
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(
        label=label, required=False, max_length=100, help_text=help_text, widget=widget, error_messages=message
    )


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar or typed as 2026-12-31 or 31/12/2026."""

    def __init__(self, label: str, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, input_formats=["%Y-%m-%d", "%d/%m/%Y"], widget=widget, **options)


# ---------------------------------------------------------------- forms


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
