"""Is every search by document recorded, and are searches limited?"""

import pytest
import time_machine
from django.urls import reverse

from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles.actions.lookup import look_up_user
from tests.roles.views.users_pages import find

pytestmark = pytest.mark.django_db


def test_a_search_is_written_down_without_the_document(delegate_client, delegate, user):
    find(delegate_client, user)
    delegate_client.post(
        reverse("activate_user"), {"option": "profesional", "document_type": "CC", "document_number": "99"}
    )
    delegate_client.post(
        reverse("activate_user"), {"option": "profesional", "document_type": "CC", "document_number": "999"}
    )
    events = list(HistoryEntry.objects.order_by("id").values_list("event", "actor", "before", "after"))
    assert events == [("user.looked_up", delegate.pk, {}, {}), ("user.not_found", delegate.pk, {}, {})]


def test_searches_beyond_the_hourly_limit_are_refused(delegate_client, settings, user):
    settings.LOOKUPS_PER_HOUR = 2
    for _ in range(2):
        find(delegate_client, user)
    assert "Demasiadas búsquedas" in find(delegate_client, user).text


def test_searches_are_allowed_again_in_the_next_hour(delegate, settings, user):
    settings.LOOKUPS_PER_HOUR = 1
    document = {"document_type": user.person.document_type, "document_number": user.person.document_number}
    with time_machine.travel("2026-11-20T12:59:00-05:00", tick=False) as moment:
        assert look_up_user(by=delegate, **document) == user
        with pytest.raises(Refused):
            look_up_user(by=delegate, **document)
        moment.shift(60)
        assert look_up_user(by=delegate, **document) == user
