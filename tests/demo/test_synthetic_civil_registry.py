"""Does the invented Registro civil fit the invented people, and does the portal load it?"""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import CivilRegistryEntry
from demo.synthetic_civil_registry import STRANGER, documents, issued_on
from tests.factories import make_entity, make_person
from tests.registry_files import counts, load

pytestmark = pytest.mark.django_db


def test_people_of_the_portal_have_their_names_and_their_day_of_issue(tmp_path: Path) -> None:
    person = make_person(document_number="1000000001", second_surname="Peña")
    dead = make_person(document_number="1000000009", deceased_on="2026-01-31")
    make_entity("PI", identification_type="CC", nit="1900000001", name="NIDIA INÉS CAÑÓN HOYOS")
    make_entity("PI", identification_type="CC", nit="1000000001", name="OTRO NOMBRE DEL MISMO")
    call_command("make_civil_registry", tmp_path / "civil.csv", rows=20, verbosity=0)
    assert counts(load("import_civil", tmp_path / "civil.csv"))["nuevas"] == 24
    entry = CivilRegistryEntry.objects.get(document_number=person.document_number)
    assert (entry.first_name, entry.second_surname, entry.issued_on) == ("ANA", "PEÑA", issued_on("1000000001"))
    assert CivilRegistryEntry.objects.get(document_number=dead.document_number).deceased_on == date(2026, 1, 31)
    assert CivilRegistryEntry.objects.get(document_number="1900000001").first_surname == "CAÑÓN"
    assert CivilRegistryEntry.objects.get(document_number=STRANGER[1]).state == "vigente"


def test_same_seed_invents_the_same_people() -> None:
    assert list(documents(50, 1)) == list(documents(50, 1)) != list(documents(50, 2))


def test_command_says_how_many_and_where_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_civil_registry", tmp_path / "civil.csv", rows=2)
    assert "3 documentos inventados" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No se puede escribir"):
        call_command("make_civil_registry", tmp_path / "none" / "civil.csv", rows=2)
