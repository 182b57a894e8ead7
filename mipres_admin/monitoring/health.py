"""Is the portal alive, and can it work? For load balancers and supervisors; it says nothing about versions or data."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from mipres_admin.access.declarations import SAFE, public

_migrated = False  # once true it stays true in this process: checking again costs 50 ms


def database_answers() -> bool:
    """Whether PostgreSQL answers a statement."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return False
    return True


def is_migrated() -> bool:
    """Whether the database has every migration of this version of the code."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


@public(methods=SAFE)
def alive(request: HttpRequest) -> JsonResponse:
    """Liveness: this process answers. Nothing else is checked, so that a stopped database restarts no portal."""
    return JsonResponse({"estado": "vivo"})


@public(methods=SAFE)
def health(request: HttpRequest) -> JsonResponse:
    """Readiness: 200 when PostgreSQL answers and has this version's tables, else 503."""
    database = database_answers()
    tables = database and is_migrated()
    state = {"estado": "listo" if tables else "no listo", "base_de_datos": database, "migraciones": tables}
    return JsonResponse(state, status=200 if tables else 503)
