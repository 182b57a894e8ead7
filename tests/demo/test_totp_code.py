"""Does the command show what an app would show?"""

import pytest
from django.core.management import CommandError, call_command

from accounts.security.secrets import written_key
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(delegate):
    return factories.make_app(delegate)


def test_command_shows_what_an_app_would_show(app, capsys):
    call_command("totp_code", *written_key(app.seed).split())
    assert capsys.readouterr().out.strip() == factories.code_of(app)


def test_command_refuses_what_is_no_key(db):
    with pytest.raises(CommandError, match="letters A to Z"):
        call_command("totp_code", "1890")
