"""Does `manage.py rotate_keys` rotate the keys, or say why not?"""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tokens.models import SigningKey
from tokens.signing import keys

pytestmark = pytest.mark.django_db


def test_key_published_for_an_hour_becomes_current(capsys):
    keys.ensure_keys()
    SigningKey.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    call_command("rotate_keys")
    assert SigningKey.objects.get(state="retired").kid in capsys.readouterr().out


def test_command_explains_a_refusal():
    keys.ensure_keys()
    with pytest.raises(CommandError, match="--force"):
        call_command("rotate_keys")
