"""Does each reason that a registry ends a role have its sentence, registry and remedy?"""

from datetime import datetime, timedelta

import pytest

from entities.models import Entity, Sede
from roles.end_reasons import EndReason, sentence

NOW = datetime.fromisoformat("2026-05-03T10:00:00-05:00")


@pytest.mark.parametrize("reason", EndReason)
def test_reason_has_sentence_registry_and_remedy(reason):
    text = sentence(reason, Sede(closed_on=NOW.date(), entity=Entity(name="Clínica")), NOW, NOW)
    assert text.endswith(".")
    assert reason.registry
    assert reason.remedy


def test_sentence_has_the_day_of_the_end():
    closed = sentence(EndReason.SEDE, Sede(closed_on=NOW.date()), NOW, NOW)
    assert closed == "El REPS cerró la sede el 3 de mayo de 2026."
    assert sentence(EndReason.PLAZA, Sede(), NOW + timedelta(days=2), NOW).endswith("el 5 de mayo de 2026.")
