"""Does the end of a session of the Ministry end its impersonation?"""

import pytest

from mipres_admin.history.models import HistoryEntry
from tests.accounts.impersonations import ends_because

pytestmark = pytest.mark.django_db


def test_log_out_ends_the_impersonation(impersonating, ministry):
    page = impersonating.post("/salir/", follow=True)
    assert "Usted ha salido del portal." in page.text
    assert ends_because("session")
    assert HistoryEntry.objects.get(event="session.closed").actor == ministry
