"""Are sessions ended once, with an event?"""

import pytest

from accounts.actions.sessions import end_sessions
from mipres_admin.history.models import HistoryEntry

pytestmark = pytest.mark.django_db


def test_another_app_can_end_all_sessions_of_an_account(at_noon, delegate, ministry):
    assert end_sessions(account=delegate, by=ministry) == 1
    assert at_noon.get("/").status_code == 302
    assert HistoryEntry.objects.latest("id").entity == delegate.entity


def test_to_end_no_session_is_not_history(delegate, ministry):
    assert end_sessions(account=delegate, by=ministry) == 0
    assert not HistoryEntry.objects.exists()


def test_log_out_ends_the_account_session(at_noon, delegate):
    at_noon.post("/salir/")
    assert not delegate.sessions.current().exists()
