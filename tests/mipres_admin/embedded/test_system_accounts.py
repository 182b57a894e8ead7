"""Do programs of the server run as its account, without the portal's environment?"""

import os

from mipres_admin.embedded import system_accounts


def test_program_runs_without_the_environment_of_the_portal(monkeypatch):
    monkeypatch.setenv("MIPRES_SECRET_KEY", "secret")
    succeeded, output = system_accounts.choose().run("/usr/bin/env")
    assert succeeded
    assert "LC_ALL=C" in output
    assert "MIPRES_SECRET_KEY" not in output


def test_failing_program_is_reported_with_its_output():
    assert system_accounts.choose().run("/bin/sh", "-c", "echo no; exit 3") == (False, "no")


def test_server_never_runs_as_root():
    assert (system_accounts.choose().uid == os.geteuid()) is not system_accounts.is_root()
