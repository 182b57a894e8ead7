"""Does the command remove the second factors of an account?"""

import pytest
from django.core.management import CommandError, call_command

from mipres_admin.history.models import HistoryEntry
from tests.accounts.login_page import is_logged_in
from tests.accounts.second_factors import pending_client

pytestmark = pytest.mark.django_db


def events():
    return list(HistoryEntry.objects.order_by("id").values_list("event", flat=True))


def test_reset_command_removes_factors_and_codes(delegate, codes):
    call_command("reset_second_factor", delegate.login.lower(), verbosity=0)
    assert is_logged_in(pending_client(delegate))
    assert events()[1] == "factors.reset"


def test_resetting_an_unknown_account_says_so(db):
    with pytest.raises(CommandError, match="ADMIPS1"):
        call_command("reset_second_factor", "ADMIPS1")
