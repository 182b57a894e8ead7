"""Are the values of an event shown in Spanish, before and after side by side?"""

import pytest

from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.presenters import (
    cell_text,
    diff,
    display_value,
    object_type_label,
    with_reason,
    without_codes,
)

CODE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "Sí"),
        (False, "No"),
        (None, "—"),
        ("", "—"),
        ([], "—"),
        ({}, "—"),
        (0, "0"),
        ("queued", "Por aplicar"),
        ("2026-11-21T15:00:00+00:00", "2026-11-21 10:00:00"),
        (["a", "b"], "a\nb"),
        ({"from": "2026-11-21", "role": "Rol_Anulador", "until": None}, "Rol_Anulador, Desde: 2026-11-21"),
    ],
)
def test_values_are_shown_in_words(value, words):
    assert display_value(value) == words


def test_diff_lists_every_key_of_both_sides():
    pairs = diff({"name": "A", "sede": "1"}, {"sede": "1", "not_known": 2})
    shown = [(pair.label, pair.before, pair.after, pair.differs) for pair in pairs]
    assert shown == [("Nombre", "A", "—", True), ("Sede", "1", "1", False), ("Not known", "—", "2", True)]


def test_arrow_between_two_lists_begins_a_line():
    (names, name) = diff({"names": ["a", "b"], "name": "A"}, {"names": ["c"], "name": "B"})
    assert (str(names), str(name)) == ("a\nb\n→ c", "A → B")


def test_what_an_event_is_about_has_its_name_and_is_told_though_unchanged():
    (pair,) = diff({"sede": "1"}, {"sede": "1"}, {("sede", "1"): "1 Norte"})
    assert (str(pair), pair.differs, pair.is_about) == ("1 Norte", False, True)
    assert cell_text({"sede": "1"}, {("sede", "1"): "1 Norte"}) == "Sede: 1 Norte"


def test_cell_text_has_a_line_for_each_key():
    assert cell_text({"name": "A", "sede": None}) == "Nombre: A\nSede: —"


def test_public_ids_and_fingerprints_are_left_out():
    assert without_codes({"token": CODE, "names": ["a", "f" * 64]}) == {"names": ["a"]}


def test_reason_is_shown_only_where_there_is_one():
    assert with_reason(HistoryEntry(after={"name": "A"})) == {"name": "A"}
    assert cell_text(with_reason(HistoryEntry(after={}, reason="Porque sí"))) == "Motivo: Porque sí"


@pytest.mark.parametrize(("name", "label"), [("entities.sede", "sede"), ("no.hay", "no.hay"), ("x", "x")])
def test_object_type_is_shown_as_the_name_of_its_model(name, label):
    assert object_type_label(HistoryEntry(object_type=name)) == label
