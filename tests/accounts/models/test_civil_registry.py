"""What can a document of the Registro civil never be?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import CivilRegistryEntry
from tests.factories import make_civil_entry

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localdate() + timedelta(days=2)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"document_number": "1900000009"}, "civil_registry_once_per_document"),
        ({"document_number": "1.9"}, "civil_registry_document_well_formed"),
        ({"document_type": "NI"}, "civil_registry_document_well_formed"),
        ({"first_name": ""}, "civil_registry_has_name_and_surname"),
        ({"first_surname": ""}, "civil_registry_has_name_and_surname"),
        ({"issued_on": TOMORROW}, "civil_registry_issued_by_today"),
        ({"deceased_on": date(2026, 1, 31)}, "civil_registry_cancelled_with_its_day"),
        ({"state": "cancelada"}, "civil_registry_cancelled_with_its_day"),
        ({"state": "cancelada", "deceased_on": TOMORROW}, "civil_registry_cancelled_with_its_day"),
        ({"state": "otro"}, "civil_registry_cancelled_with_its_day"),
    ],
)
def test_impossible_entry_is_refused(fields: dict[str, Any], name: str) -> None:
    make_civil_entry(document_number="1900000009")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_civil_entry(**({"document_number": "1900000010"} | fields))


def test_cancelled_or_closed_documents_are_not_current() -> None:
    current = make_civil_entry(document_number="1900000001")
    make_civil_entry(document_number="1900000002", state="cancelada", deceased_on=date(2026, 1, 31))
    make_civil_entry(document_number="1900000003", closed_on=date(2026, 1, 31))
    assert list(CivilRegistryEntry.objects.current()) == [current]
    assert str(current) == "CC1900000001"
