"""Is a download of the history recorded?"""

import pytest

from mipres_admin.history.models import HistoryEntry
from tests.mipres_admin.history.history_pages import EXCEL, record_event

pytestmark = pytest.mark.django_db


def test_download_is_recorded_without_words_that_name_a_person(staff, ministry, delegate):
    record_event(delegate)
    surname = delegate.person.first_surname.lower()
    filters = {"quien": surname, "entidad": delegate.entity.nit, "desde": "2026-01-01", "acto": "sede.edited"}
    b"".join(staff.get(EXCEL, filters).streaming_content)
    entry = HistoryEntry.objects.get(event="history.downloaded")
    filters = {
        "acto": "sede.edited",
        "desde": "2026-01-01",
        "entidad": [delegate.entity.pk],
        "quien": [delegate.pk],
    }
    assert (entry.actor, entry.entity, entry.after) == (ministry, None, {"filters": filters, "rows": 1})
