"""Do Django's connections and dbshell reach the project's own server, also after it was killed?"""

from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.backends.postgresql import base as postgresql

from mipres_admin.embedded import server
from mipres_admin.embedded.base import DatabaseClient, DatabaseWrapper


@pytest.fixture(autouse=True)
def socket_folder(monkeypatch):
    monkeypatch.setattr(server, "ensure_running", lambda: Path("/var/socket"))


@pytest.fixture
def connect(monkeypatch):
    """A connection attempt that fails once."""
    results = iter([OperationalError("killed"), "connected"])

    def get_new_connection(wrapper, parameters):
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(postgresql.DatabaseWrapper, "get_new_connection", get_new_connection)
    monkeypatch.setattr(DatabaseWrapper, "Database", type("Database", (), {"OperationalError": OperationalError}))
    return lambda: DatabaseWrapper(connection.settings_dict).get_new_connection({})


def test_connections_use_the_socket_of_the_server():
    parameters = DatabaseWrapper(connection.settings_dict).get_connection_params()
    assert (parameters["host"], parameters["port"]) == ("/var/socket", 5432)


def test_dbshell_runs_the_psql_of_the_package():
    arguments, _ = DatabaseClient.settings_to_cmd_args_env({"NAME": "mipres", "OPTIONS": {}}, [])
    assert arguments[0].endswith("pginstall/bin/psql")
    assert arguments[1:] == ["-U", "mipres", "-h", "/var/socket", "-p", "5432", "mipres"]


def test_killed_server_is_restarted_for_a_new_connection(connect, monkeypatch):
    restarts = []
    monkeypatch.setattr(server, "is_running", lambda: False)
    monkeypatch.setattr(server, "restart", lambda: restarts.append(1))
    assert (connect(), restarts) == ("connected", [1])


def test_error_of_a_running_server_is_raised(connect, monkeypatch):
    monkeypatch.setattr(server, "is_running", lambda: True)
    with pytest.raises(OperationalError, match="killed"):
        connect()
