"""Are the registries of all apps registered, and known by their labels?"""

from registries.registry import get_registry, registries, registry_choices, registry_label
from roles.end_reasons import EndReason


def test_every_registry_is_offered_by_its_label():
    assert dict(registry_choices()) == {
        "reps": "REPS",
        "eps": "EPS",
        "civil": "Registro civil",
        "deceased": "Fallecidos",
        "rethus": "ReTHUS",
        "sso": "Plazas de SSO",
    }
    assert [get_registry(kind) for kind, _ in registry_choices()] == list(registries())


def test_registry_of_every_end_reason_is_registered():
    assert {reason.registry for reason in EndReason} <= dict(registry_choices()).keys()


def test_load_of_a_removed_registry_is_named_by_its_kind():
    assert registry_label("removed") == "removed"
