"""Does every form of the portal read what is typed in the one way?"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st

from mipres_admin.forms import CleanBoundField, EmailField
from tests.ways_of_writing import ways_of_writing

TEXT = "Clínica D'Luyz Ruiz-Gómez"
OURS = ("accounts", "delegates", "entities", "mipres_admin", "registries", "roles", "tokens")


def forms_of(parent: Any) -> Iterator[type[forms.BaseForm]]:
    for child in parent.__subclasses__():
        if child.__module__.partition(".")[0] in OURS:
            yield child
        yield from forms_of(child)


def text_fields() -> dict[str, forms.Field]:
    """Every box for text, with the name of its form; those of the forms that other modules declare, too."""
    get_resolver().url_patterns  # noqa: B018  imports the views and their forms
    return {
        f"{form.__module__}.{form.__qualname__}.{name}": field
        for form in forms_of(forms.BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.CharField) and not field.widget.is_hidden
    }


FIELDS = text_fields()


def typed(field: forms.Field, text: str) -> forms.BoundField:
    form = forms.Form({"typed": text})
    form.fields["typed"] = field
    return form["typed"]


@given(ways_of_writing(TEXT))
def test_every_text_field_reads_one_text_however_it_is_written(written: str) -> None:
    others = {name for name, field in FIELDS.items() if typed(field, written).data != TEXT}
    assert {FIELDS[name].__class__.__name__ for name in others} <= {"PasswordField", "EmailField"}


def test_every_email_is_of_the_one_field() -> None:
    emails = {name for name, field in FIELDS.items() if isinstance(field, forms.EmailField) or "email" in name}
    assert len(emails) >= 5
    assert {FIELDS[name].__class__ for name in emails} == {EmailField}


def test_every_form_uses_the_bound_field_that_cleans() -> None:
    assert {bound.__class__ for bound in (typed(field, "") for field in FIELDS.values())} == {CleanBoundField}


@given(st.sampled_from("\0\x07\x1b\x7f\ufffe"))
def test_control_character_is_refused_by_every_text_field(character: str) -> None:
    for field in FIELDS.values():
        if isinstance(field.widget, forms.PasswordInput):
            continue
        form = forms.Form({"typed": f"Ana{character}Paz"})
        form.fields["typed"] = field
        assert "typed" in form.errors
