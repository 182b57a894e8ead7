"""Do a load balancer and a supervisor learn what they need, and nothing else?"""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from mipres_admin.monitoring import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)


def test_a_portal_that_can_work_is_ready(client):
    answer = client.get("/salud/")
    assert (answer.status_code, answer.json()) == (
        200,
        {"estado": "listo", "base_de_datos": True, "migraciones": True},
    )


def test_a_portal_without_its_tables_is_not_ready(client):
    MigrationRecorder.Migration.objects.filter(app="mipres_admin").order_by("-id")[0].delete()
    answer = client.get("/salud/")
    assert (answer.status_code, answer.json()["migraciones"]) == (503, False)


def test_a_portal_without_database_is_alive_and_not_ready(client, monkeypatch):
    def no_cursor():
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", no_cursor)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert client.get("/salud/").status_code == 503
    assert client.get("/salud/vivo/").status_code == 200


def test_nobody_gets_a_session_for_asking(client):
    assert not client.get("/salud/").cookies


def test_a_probe_inside_the_proxy_is_not_sent_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/salud/").status_code == 200
