"""How is the Registro civil loaded, and who is dead by it?"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.forms import model_to_dict
from django.utils import timezone

from accounts.models import CivilRegistryEntry, Person
from registries.models import RegistryLoad, RegistryReport
from tests.accounts import deceased_list
from tests.accounts.civil_registry import HEADINGS, cancelled, row
from tests.factories import make_person
from tests.registry_files import counts, csv_file, load, versions

pytestmark = pytest.mark.django_db
OTHER = "1900000002"


@pytest.fixture
def civil(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        options = {"allow_closing": True} | options
        return load("import_civil", csv_file(tmp_path / "registro_civil.csv", rows, HEADINGS), **options)

    return load_rows


# ---------------------------------------------------------------- the rows


def test_a_row_becomes_a_document_in_force(civil: Any) -> None:
    civil(row())
    assert model_to_dict(CivilRegistryEntry.objects.get(), exclude=["id"]) == {
        "document_type": "CC",
        "document_number": "1900000001",
        "first_name": "ANA",
        "second_name": "LUCÍA",
        "first_surname": "PRUEBA",
        "second_surname": "",
        "issued_on": date(2010, 5, 20),
        "state": "vigente",
        "deceased_on": None,
        "closed_on": None,
    }


def test_the_same_file_again_writes_no_row(civil: Any) -> None:
    civil(row(), cancelled(OTHER))
    before = set(versions(CivilRegistryEntry))
    assert counts(civil(row(), cancelled(OTHER)))["sin cambio"] == 2
    assert set(versions(CivilRegistryEntry)) == before


def test_missing_document_is_closed_and_reopened_when_it_returns(civil: Any) -> None:
    civil(row(), row(OTHER))
    assert "Cerradas:\n  CC …0002\n" in civil(row())
    assert CivilRegistryEntry.objects.get(document_number=OTHER).closed_on == timezone.localdate()
    assert counts(civil(row(), row(OTHER)))["reabiertas"] == 1
    assert CivilRegistryEntry.objects.current().count() == 2


def test_a_truncated_file_is_refused(civil: Any) -> None:
    civil(row(), row(OTHER))
    with pytest.raises(Exception, match="cerraría 1 de 2"):
        civil(row(), allow_closing=False)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"tipo_documento": "NI"}, "el tipo de documento «NI» no se conoce"),
        ({"numero_documento": "19"}, "el documento «19» debe tener de 3 a 20 letras o dígitos"),
        ({"primer_nombre": ""}, "falta el primer nombre"),
        ({"primer_apellido": ""}, "falta el primer apellido"),
        ({"segundo_apellido": "P" * 61}, "el segundo apellido tiene 61 caracteres y debe tener 60 o menos"),
        ({"fecha_expedicion": ""}, "falta la fecha de expedición"),
        ({"fecha_expedicion": "2999-01-01"}, "la fecha de expedición «2999-01-01» está en el futuro"),
        ({"estado": "Suspendida"}, "el estado «Suspendida» no se conoce; debe ser vigente, cancelada"),
        ({"estado": "Cancelada por muerte"}, "falta la fecha de fallecimiento"),
        ({"fecha_fallecimiento": "2026-01-31"}, "el documento está vigente y trae fecha de fallecimiento"),
        ({"numero_documento": "1900000001"}, "repite la línea 2"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(civil: Any, cells: dict[str, str], reason: str) -> None:
    assert f"línea 3: {reason}" in civil(row(), row(OTHER) | cells)


def test_a_rejected_row_closes_nothing(civil: Any) -> None:
    civil(row(), row(OTHER))
    assert counts(civil(row(), row(OTHER, estado="?")))["cerradas"] == 0


def test_no_report_shows_a_day_of_issue(civil: Any) -> None:
    civil(row())
    civil(row(primer_nombre="ANNA", fecha_expedicion="2011-06-21"))
    report = RegistryReport.objects.get(load=RegistryLoad.objects.latest("pk"))
    assert "ANNA" in str(report.samples)
    assert "2010-05-20" not in str(report.samples)
    assert "2011-06-21" not in str(report.samples)


# ---------------------------------------------------------------- deaths


def day_of(person: Person) -> date | None:
    return Person.objects.get(pk=person.pk).deceased_on


def test_person_is_deceased_while_the_document_is_cancelled(civil: Any) -> None:
    person = make_person()
    civil(row(person.document_number))
    assert day_of(person) is None
    civil(cancelled(person.document_number))
    assert day_of(person) == date(2026, 1, 31)
    civil(row(person.document_number))
    assert day_of(person) is None


def test_cancelled_document_that_leaves_the_registry_leaves_nobody_dead(civil: Any) -> None:
    person = make_person()
    civil(cancelled(person.document_number), row())
    civil(row())
    assert day_of(person) is None


def test_deleted_document_leaves_nobody_dead(civil: Any) -> None:
    person = make_person()
    civil(cancelled(person.document_number))
    CivilRegistryEntry.objects.all().delete()
    assert day_of(person) is None


def test_who_comes_into_the_portal_later_is_deceased_too(civil: Any) -> None:
    civil(cancelled())
    assert day_of(make_person(document_number="1900000001")) == date(2026, 1, 31)


@pytest.mark.parametrize(("listed", "day"), [("2026-01-15", date(2026, 1, 15)), ("2026-02-15", date(2026, 1, 31))])
def test_the_earlier_day_counts_when_both_registries_speak(civil: Any, deceased: Any, listed: str, day: date) -> None:
    person = make_person()
    civil(cancelled(person.document_number))
    deceased(deceased_list.row(person.document_number, listed))
    assert day_of(person) == day


def test_document_in_force_does_not_contradict_the_list_of_deceased(civil: Any, dies: Any) -> None:
    person = make_person()
    dies(person)
    civil(row(person.document_number))
    assert day_of(person) == date(2026, 1, 31)
    civil(cancelled(person.document_number), row())
    civil(row())
    assert day_of(person) == date(2026, 1, 31)
