"""Is each event, key and code registered once, and each event with a group?"""

from types import ModuleType

import pytest
from django.db.models import TextChoices

from mipres_admin.history import event_registry


class Toy(TextChoices):
    DONE = "toy.done", "Juguete hecho"
    BROKEN = "toy.broken", "Juguete roto"


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    for name in ("_events", "_labels", "_words", "_about"):
        monkeypatch.setattr(event_registry, name, dict(getattr(event_registry, name)))


def register(**declarations):
    module = ModuleType("events")
    vars(module).update({"Event": Toy, "GROUPS": {"toy": "Juguetes"}} | declarations)
    event_registry.register(module)


def test_registered_event_has_its_label_and_its_group():
    register(LABELS={"wheels": "Ruedas"}, WORDS={"flat": "Pinchada"})
    assert event_registry.event_label("toy.done") == "Juguete hecho"
    assert event_registry.key_label("wheels") == "Ruedas"
    assert event_registry.word("flat") == "Pinchada"
    assert dict(event_registry.choices())["Juguetes"] == [("toy.done", "Juguete hecho"), ("toy.broken", "Juguete roto")]


def test_what_an_event_is_about_is_named_by_its_app():
    register(ABOUT={"wheels": lambda values: {value: f"Rueda {value}" for value in values}, "toy_parts": None})
    assert event_registry.names_of("wheels", ["1"]) == {"1": "Rueda 1"}
    assert (event_registry.names_of("toy_parts", ["1"]), event_registry.names_of("other", ["1"])) == ({}, {})
    assert [event_registry.is_about(key) for key in ("wheels", "toy_parts", "other")] == [True, True, False]


def test_unregistered_names_are_shown_as_they_are():
    assert event_registry.event_label("toy.done") == "toy.done"
    assert event_registry.key_label("toy_wheels") == "Toy wheels"
    assert event_registry.word("toy flat") == "toy flat"


def test_event_registered_twice_is_an_error():
    register()
    with pytest.raises(ValueError, match=r"twice: toy\.broken, toy\.done"):
        register()


@pytest.mark.parametrize("options", [{"LABELS": {"reason": "Motivo"}}, {"WORDS": {"failed": "x"}}])
def test_key_or_code_registered_twice_is_an_error(options):
    with pytest.raises(ValueError, match="twice"):
        register(**options)
    assert event_registry.event_label("toy.done") == "toy.done"


def test_event_without_a_group_is_an_error():
    with pytest.raises(KeyError):
        register(GROUPS={})


def test_unregistered_event_is_refused():
    with pytest.raises(ValueError, match=r"No app has registered the event toy\.done"):
        event_registry.check(Toy.DONE, "")


@pytest.mark.parametrize("reason", ["", "  "])
def test_required_reason_may_not_be_blank(reason):
    register(REASON_REQUIRED=[Toy.BROKEN])
    event_registry.check(Toy.DONE, "")
    event_registry.check(Toy.BROKEN, "Se cayó")
    with pytest.raises(ValueError, match="requires a reason"):
        event_registry.check(Toy.BROKEN, reason)


def test_choices_are_sorted_by_group():
    groups = [group for group, _ in event_registry.choices()]
    assert groups == sorted(groups)
    assert {"Roles", "Sedes", "Tokens", "Historia", "Correo", "Personas jurídicas"} <= set(groups)
