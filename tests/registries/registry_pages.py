"""How does a test load a registry as a clerk does? The pages of the admin, and the worker's round."""

import html
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from registries.models import RegistryLoad
from registries.queue import run_next_load

LIST = "/admin/registries/registryload/"
ADD = f"{LIST}add/"


def upload(client: Client, kind: str, path: Path, **fields: Any) -> Any:
    """The page after the upload."""
    with path.open("rb") as file:
        return client.post(ADD, {"kind": kind, "file": file, "reason": "Corte de marzo", **fields}, follow=True)


def uploaded(client: Client, kind: str, path: Path) -> RegistryLoad:
    """The load of a file that is good enough to be looked at."""
    upload(client, kind, path)
    return RegistryLoad.objects.exclude(state="applied").latest("pk")


def page_of(client: Client, load: RegistryLoad) -> str:
    """What the page of a load says."""
    return html.unescape(client.get(f"{LIST}{load.pk}/change/").text)


def run_action(client: Client, load: RegistryLoad, slug: str, **fields: Any) -> str:
    """What is said after one of its acts."""
    page = client.post(f"{LIST}{load.pk}/acto/{slug}/", {"reason": "Corte de marzo", **fields}, follow=True)
    return html.unescape(page.text)


def run_worker() -> None:
    """The worker's round: all that waits."""
    while run_next_load():
        pass


def loaded(client: Client, kind: str, path: Path, **options: str) -> RegistryLoad:
    """From upload to applied."""
    load = uploaded(client, kind, path)
    run_worker()
    run_action(client, load, "aplicar", **options)
    run_worker()
    load.refresh_from_db()
    return load


TABLES = (
    "entities_entity",
    "entities_sede",
    "roles_profession",
    "roles_rethusentry",
    "roles_ssopost",
)


def contents(*tables: str) -> dict[str, list[Any]]:
    """Every value of every row of the registries' tables."""
    with connection.cursor() as cursor:
        found = {}
        for table in tables or TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} AS t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found
