"""Does `manage.py remind_tokens` send each reminder once?"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.tokens.helpers import backdate, make_token

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_command_can_be_repeated(eps, capsys):
    token = make_token(eps, days=20)
    backdate(token.row, issued_at=timezone.now() - 19 * DAY, expires_at=timezone.now() + DAY)
    call_command("remind_tokens")
    call_command("remind_tokens")
    assert capsys.readouterr().out == "Avisos de vencimiento: 1.\nAvisos de vencimiento: 0.\n"
