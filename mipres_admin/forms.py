"""How is every form drawn and read, and how does it show what an action refuses?"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from mipres_admin.reading.emails import email_mistake
from mipres_admin.reading.text import CONTROL, clean_lines, clean_text
from mipres_admin.refusals import Refusal, Refused


class CleanBoundField(forms.BoundField):
    """What was typed in a field, cleaned (`mipres_admin.reading.text`) before anything looks at it.

    Passwords and e-mails are as they were typed, and hidden fields as the page sent them.
    """

    @property
    def data(self) -> Any:
        """The value of the request; the characters that no text may have are NUL, which text fields refuse."""
        value, field = super().data, self.field
        is_raw = field.widget.is_hidden or isinstance(field.widget, (forms.PasswordInput, forms.EmailInput))
        if is_raw or not isinstance(value, str):
            return value
        read = clean_lines if isinstance(field.widget, forms.Textarea) else clean_text
        return CONTROL.sub("\0", read(value))


class PortalFormRenderer(TemplatesSetting):
    """Draw fields with `components/field.html`, and clean what is typed; `templates/` comes before Django's."""

    field_template_name = "components/field.html"
    bound_field_class = CleanBoundField


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Offer these choices in a field that the form has declared as a choice."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)


def fields_of(*form_classes: type[forms.BaseForm], added: Iterable[str] = ()) -> frozenset[str]:
    """The names of the fields of some forms, and of those that they add by themselves; without passwords and files."""
    return frozenset(added) | {
        name
        for form in form_classes
        for name, field in getattr(form, "base_fields", {}).items()
        if not isinstance(field.widget, (forms.PasswordInput, forms.FileInput))
    }


def used_filters(form: forms.BaseForm) -> str:
    """The filters in use, as the query of an address; empty when there are none."""
    return urlencode({name: value for name, value in form.data.items() if value and name in form.fields})


# ---------------------------------------------------------------- fields

WRONG = "invalid", "invalid_choice", "max_length", "min_value", "max_value", "list", "invalid_pk_value"
UNSEEN = "Hay caracteres que no se ven: borre el texto y escríbalo de nuevo, sin pegarlo."


def wording(missing: str = "", wrong: str = "") -> dict[str, str]:
    """The messages of a field: without a value, and for any value that it does not take ("": Django's)."""
    messages = {"required": missing, "null_characters_not_allowed": UNSEEN} | dict.fromkeys(WRONG, wrong)
    return {code: message for code, message in messages.items() if message}


def hidden(field: type[forms.Field], lost: str, **options: Any) -> Any:
    """A field that the page sends by itself, with one message for whatever is wrong with it."""
    return field(widget=forms.HiddenInput, error_messages=wording(lost, lost), **options)


def file_field(label: str, accept: str, help_text: str, *, missing: str, empty: str, invalid: str = "") -> Any:
    """One file; `accept` is what the browser offers to choose, `invalid` what to do when a form came without files."""
    return forms.FileField(
        label=label,
        max_length=255,
        help_text=help_text,
        widget=forms.FileInput(attrs={"accept": accept}),
        error_messages={
            "required": missing,
            "invalid": invalid or missing,
            "empty": f"El archivo está vacío. {empty}",
            "max_length": "El nombre del archivo debe tener máximo 255 letras.",
        },
    )


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


class EmailField(forms.EmailField):
    """An e-mail to which the portal can write; `label`, `help_text` and the attributes of the box are the form's."""

    def __init__(self, help_text: str, *, label: str = "Correo electrónico", autocomplete: str = "email") -> None:
        super().__init__(
            label=label,
            max_length=254,
            help_text=help_text,
            widget=forms.EmailInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"}),
            error_messages={
                "required": "Ingrese el correo electrónico.",
                "max_length": "El correo electrónico debe tener máximo 254 caracteres, por ejemplo nombre@dominio.com.",
            },
        )

    def run_validators(self, value: Any) -> None:
        """One message, which says what is wrong."""
        if value and (mistake := email_mistake(value)):
            raise ValidationError(f"El correo electrónico {mistake}, por ejemplo nombre@dominio.com.", code="invalid")


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
