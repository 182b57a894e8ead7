"""How does Django reach the project's own PostgreSQL?"""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base, client

from mipres_admin.embedded import postgres_programs, server
from mipres_admin.embedded.folders import PORT


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, with the psql of the same package."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        here = {"HOST": str(server.ensure_running()), "PORT": str(PORT), "USER": server.USER}
        args, env = super().settings_to_cmd_args_env(settings_dict | here, parameters)
        return [str(postgres_programs.packaged() / "psql"), *args[1:]], env


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL, whose server starts with the first connection."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's parameters, with the socket of a running server."""
        here = {"host": str(server.ensure_running()), "port": PORT}
        return {"user": server.USER} | super().get_connection_params() | here

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; when the server has been killed, start it again first."""
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            if server.is_running():
                raise
        server.restart()
        return super().get_new_connection(conn_params)
