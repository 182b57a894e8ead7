"""How is the list of deceased people loaded?"""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import DeceasedEntry
from mipres_admin.history.models import HistoryEntry
from registries.models import RegistryLoad
from tests.accounts.deceased_list import row
from tests.factories import make_person
from tests.registry_files import counts, versions

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- the list


def test_a_row_becomes_an_entry(deceased: Any) -> None:
    deceased(row())
    entry = DeceasedEntry.objects.get()
    assert (str(entry), entry.closed_on) == ("CC1900000001 2026-01-31", None)


def test_the_same_file_again_writes_no_row(deceased: Any) -> None:
    deceased(row())
    before = set(versions(DeceasedEntry))
    assert counts(deceased(row()))["sin cambio"] == 1
    assert set(versions(DeceasedEntry)) == before


def test_missing_entry_is_closed_and_reopened_when_it_returns(deceased: Any) -> None:
    deceased(row(), row("1900000002"))
    assert "Cerradas:\n  CC …0002\n" in deceased(row())
    assert DeceasedEntry.objects.get(document_number="1900000002").closed_on == timezone.localdate()
    assert counts(deceased(row(), row("1900000002")))["reabiertas"] == 1


def test_a_truncated_list_is_refused(deceased: Any) -> None:
    deceased(row(), row("1900000002"))
    with pytest.raises(Exception, match="cerraría 1 de 2"):
        deceased(row(), allow_closing=False)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"tipo_documento": "NI"}, "el tipo de documento «NI» no se conoce"),
        ({"numero_documento": "19"}, "el documento «19» debe tener de 3 a 20 letras o dígitos"),
        ({"fecha_fallecimiento": ""}, "falta la fecha de fallecimiento"),
        ({"fecha_fallecimiento": "ayer"}, "la fecha de fallecimiento «ayer» debe ser una fecha"),
        ({"fecha_fallecimiento": "2999-01-01"}, "la fecha de fallecimiento «2999-01-01» está en el futuro"),
        ({"numero_documento": "1900000001"}, "repite la línea 2"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(deceased: Any, cells: dict[str, str], reason: str) -> None:
    assert f"línea 3: {reason}" in deceased(row(), row("1900000002") | cells)


def test_a_rejected_row_closes_nothing(deceased: Any) -> None:
    deceased(row(), row("1900000002"))
    assert counts(deceased(row(), row("1900000002", "ayer")))["cerradas"] == 0


def test_the_load_has_its_record_and_its_history(deceased: Any) -> None:
    deceased(row())
    assert RegistryLoad.objects.get().registry_label == "Fallecidos"
    assert HistoryEntry.objects.get().event_label == "Carga de fallecidos"


def test_a_load_that_changes_nothing_touches_no_person(dies: Any) -> None:
    person = make_person()
    dies(person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin FROM accounts_person WHERE id = %s", [person.pk])
        before = cursor.fetchone()
        dies(person)
        cursor.execute("SELECT xmin FROM accounts_person WHERE id = %s", [person.pk])
        assert cursor.fetchone() == before


def test_a_rejected_row_closes_nobody_however_its_document_is_written(deceased: Any) -> None:
    deceased(row(), row("1900000002"))
    deceased(row("1900000002"), row("1.900.000.001") | {"fecha_fallecimiento": "ayer"})
    assert DeceasedEntry.objects.get(document_number="1900000001").closed_on is None
