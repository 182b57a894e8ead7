"""Does every form of the portal take whatever is typed, pasted or sent in its fields?

All forms are found by themselves, those of the admin too, and made with the arguments that `arguments` has by name.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.sessions.backends.cache import SessionStore
from django.core.exceptions import FieldError
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accounts.forms.documents import NitField
from accounts.models import Account
from delegates.forms.entity_registrations import ProviderRoleForm
from delegates.forms.self_registration import UserRegistrationForm
from delegates.rules.self_registration import UserRegistration
from entities.models import EntityKind
from mipres_admin.reading.text import CONTROL, clean_lines, clean_text
from roles.matrix import Option
from roles.rules import Activation
from tests import factories
from tests.mipres_admin.reading.test_every_field import forms_of
from tests.ways_of_writing import STRANGE_TEXTS, UNCERTAIN, few, ways_of_writing, with_thousands

pytestmark = pytest.mark.django_db

type Maker = Callable[[QueryDict], forms.BaseForm]

PLAIN = ("Clínica D'Luyz Ruiz-Gómez", "1025000111", "900123456", "2026-12-31", "110010000101", "Ana")
ENGLISH = re.compile(r"\b(this|the|enter|ensure|value|must|select|please|null|required|invalid)\b", re.IGNORECASE)
# what a form gives its base
GIVEN: dict[type, set[str]] = {UserRegistrationForm: {"person"}, ProviderRoleForm: {"kind"}}
# what these take is no text: a password is what was typed, a hidden field what the page sent
RAW = (forms.PasswordInput, forms.HiddenInput, forms.EmailInput)


class Arguments(dict[str, Any]):
    """What the forms are made with, by the name of the argument."""

    def __init__(self) -> None:
        owner = factories.make_entity(EntityKind.EPS_C)
        delegate = factories.make_delegate(owner)
        natural, user = factories.make_natural(), factories.make_user()
        session = SessionStore()
        session.create()
        super().__init__(
            session=session,
            account=delegate,
            entity=owner,
            owner=owner,
            kind=EntityKind.IPS,
            ips=factories.make_entity(),
            person=user.person,
            applicant=natural,
            newest=None,
            claim=factories.make_claim(),
            activation=Activation(owner, user, Option.PROFESIONAL),
            registration=UserRegistration(user.person, "PROF"),
        )


def named_arguments(form: type) -> set[str]:
    """Those that the form and its bases need, but what it gives them by itself."""
    inits = [vars(each)["__init__"] for each in form.__mro__ if "__init__" in vars(each)]
    return {
        name
        for init in inits
        for name, argument in inspect.signature(init).parameters.items()
        if argument.kind == argument.KEYWORD_ONLY and argument.default is argument.empty
    } - GIVEN.get(form, set())


def admin_forms(staff: Account) -> Iterator[type[forms.BaseForm]]:
    """Those with which the admin adds and changes rows."""
    request = RequestFactory().get("/")
    request.user = staff
    for model, model_admin in admin.site._registry.items():
        for obj, allowed in (None, model_admin.has_add_permission), (model(), model_admin.has_change_permission):
            # who names fields that no form has, adds rows on a page of its own
            with suppress(FieldError):
                if allowed(request):
                    yield model_admin.get_form(request, obj, change=obj is not None)


@pytest.fixture
def every_form(ministry: Account) -> dict[str, Maker]:
    """What makes each form, bound to some data."""
    arguments = Arguments()

    def maker(form: Any) -> Maker:
        return lambda data: form(data, **{name: arguments[name] for name in named_arguments(form)})

    found = {*forms_of(forms.BaseForm), *admin_forms(ministry)}
    return {f"{form.__module__}.{form.__qualname__}": maker(form) for form in found}


def boxes(form: forms.BaseForm) -> dict[str, forms.Field]:
    """Its fields for text, whatever they mean."""
    others = (forms.ChoiceField, forms.BooleanField, forms.FileField)
    return {name: field for name, field in form.fields.items() if not isinstance(field, others)}


def chosen(form: forms.BaseForm) -> dict[str, Any]:
    """One of the choices of each other field."""
    data = {}
    for name, field in form.fields.items():
        choices = [str(value) for value, _ in getattr(field, "choices", ()) if value]
        data[name] = choices[0] if choices else "on"
    return data


def sent(values: dict[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(values)
    return data


def is_clean(text: str) -> bool:
    return text in (clean_text(text), clean_lines(text)) and not CONTROL.search(text)


def wrongs(form: forms.BaseForm) -> list[str]:
    """What a form does that none should: it keeps text that is not clean, or has a message that is not Spanish."""
    kept = [
        f"{name}: {value!r}"
        for name, value in form.cleaned_data.items()
        if isinstance(value, str) and name in form.fields and not isinstance(form.fields[name].widget, RAW)
        if not is_clean(value)
    ]
    return kept + [
        f"{name}: {message}"
        for name, messages in form.errors.items()
        for message in map(str, messages)
        if not message.strip() or ENGLISH.search(message)
    ]


def bound_to_strange_text(make: Maker, data: st.DataObject) -> forms.BaseForm:
    """The form with something strange in each box, and in the other fields one of their choices or strange too."""
    form = make(QueryDict())
    strange = {field: data.draw(STRANGE_TEXTS) for field in form.fields}
    some = data.draw(st.sampled_from([chosen(form), {}]))
    return make(sent(strange | some | {field: strange[field] for field in boxes(form)}))


def test_no_form_breaks_on_strange_text_or_keeps_it(every_form, subtests) -> None:
    for name, make in every_form.items():
        with subtests.test(name):

            @few
            @given(st.data())
            def is_read(data: st.DataObject) -> None:
                form = bound_to_strange_text(make, data)  # noqa: B023  called at once
                form.is_valid()
                form.render()
                assert wrongs(form) == []

            is_read()


def outcome(form: forms.BaseForm) -> tuple[set[str], dict[str, Any]]:
    """Which fields are wrong, and what the others have read."""
    form.is_valid()
    return set(form.errors), {name: value for name, value in form.cleaned_data.items() if name in boxes(form)}


def in_two_ways(form: forms.BaseForm, data: st.DataObject) -> tuple[dict[str, str], dict[str, str]]:
    """What is sent with each text as it is, and with each in some other way."""
    plain = chosen(form) | {field: data.draw(st.sampled_from(PLAIN)) for field in boxes(form)}
    texts = {name for name, field in boxes(form).items() if not isinstance(field.widget, RAW)}
    return plain, plain | {field: data.draw(ways_of_writing(plain[field])) for field in texts}


def test_every_form_reads_the_same_however_it_is_written(every_form, subtests) -> None:
    for name, make in every_form.items():
        with subtests.test(name):

            @few
            @given(st.data())
            def is_the_same(data: st.DataObject) -> None:
                plain, written = in_two_ways(make(QueryDict()), data)  # noqa: B023  called at once
                assert outcome(make(sent(written))) == outcome(make(sent(plain)))  # noqa: B023

            is_the_same()


def documents(form: forms.BaseForm) -> set[str]:
    """Its fields for a document or a NIT."""
    return {
        name
        for name, field in boxes(form).items()
        if (isinstance(field, NitField) and not field.disabled)
        or (name == "document_number" and not field.widget.attrs.get("readonly"))
    }


def test_no_form_changes_a_document_into_another(every_form, subtests) -> None:
    seen = set()
    for form_name, make in every_form.items():
        form = make(QueryDict())
        for name in documents(form):
            seen.add(form_name)
            with subtests.test(form=form_name, field=name):
                taken = [text for text in UNCERTAIN if name not in make(sent(chosen(form) | {name: text})).errors]
                assert taken == []
                for sign in ".,' \u00a0’":
                    written = make(sent(chosen(form) | {name: with_thousands("1000000002", sign)}))
                    assert written.errors.get(name) is None
                    assert written.cleaned_data[name] == "1000000002"
    assert len(seen) >= 8
