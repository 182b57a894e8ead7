"""Does verify_history report every discrepancy, and print the last link?"""

import io

import pytest
from django.core.management import CommandError, call_command

from mipres_admin.history import chain
from tests.mipres_admin.history.test_chain import HISTORY, LINKS, as_superuser, entries, triggers_enabled_again

__all__ = ["entries", "triggers_enabled_again"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True)


def test_deleted_end_is_found_with_an_earlier_last_link(entries):
    link = chain.last_link()
    as_superuser(f"DELETE FROM {HISTORY} WHERE id = {entries[4].pk}", HISTORY)
    as_superuser(f"DELETE FROM {LINKS} WHERE id = 5", LINKS)
    with pytest.raises(CommandError, match="1 diferencias"):
        call_command("verify_history", last_link=link, stderr=io.StringIO())


def test_command_names_each_discrepancy(entries):
    as_superuser(f"UPDATE {HISTORY} SET event = 'other' WHERE id = {entries[1].pk}", HISTORY)
    output = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_history", stderr=output)
    assert f"acto {entries[1].pk}: el contenido" in output.getvalue()


def test_command_prints_the_last_link(entries):
    output = io.StringIO()
    call_command("verify_history", stdout=output)
    assert chain.contains_link(output.getvalue().splitlines()[-1])
