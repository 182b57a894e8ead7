"""Does a new app work with nothing but its own files? docs/development.md shows this one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import AppConfig
from django.conf import settings as portal_settings
from django.test import Client
from django.urls import reverse

from accounts.actions.impersonation import start_impersonation
from accounts.models import AccountSession
from entities.admin import SedeAdmin
from mipres_admin.access import groups
from mipres_admin.apps import register_declarations
from mipres_admin.history import event_registry
from mipres_admin.history.models import HistoryEntry
from tests.factories import make_delegate, make_entity, make_sede, make_staff

pytestmark = pytest.mark.django_db
APP = Path(__file__).parent / "notes"
ROOT = portal_settings.BASE_DIR


@pytest.fixture(autouse=True)
def installed(settings, monkeypatch):
    """Install the app for one test: what it registers is forgotten afterwards."""
    for module, name in ((event_registry, "_events"), (event_registry, "_labels"), (groups, "_grants")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    monkeypatch.setattr(SedeAdmin, "object_actions", SedeAdmin.object_actions)
    monkeypatch.delitem(sys.modules, "tests.toy.notes.admin", raising=False)
    settings.ROOT_URLCONF = "tests.toy.urls"
    templates = portal_settings.TEMPLATES[0]
    settings.TEMPLATES = [templates | {"DIRS": [*templates["DIRS"], APP / "templates"]}]
    register_declarations(AppConfig.create("tests.toy.notes"))
    import tests.toy.notes.admin  # noqa: F401  as the admin's autodiscovery does

    groups.sync_groups()


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def write(account, sede, text="Falta el aviso"):
    return client_of(account).post(reverse("write_note", args=[sede.pk]), {"text": text}, follow=True)


def test_page_opens_for_its_delegates_only(delegate, ministry):
    other_kind = make_delegate(make_entity("PROV"))
    statuses = [client_of(account).get("/notas/").status_code for account in (delegate, other_kind, ministry)]
    assert statuses == [200, 403, 403]
    assert Client().get("/notas/").status_code == 302


def test_menu_shows_the_page_to_its_delegates_only(delegate):
    assert 'href="/notas/"' in client_of(delegate).get("/").text
    assert 'href="/notas/"' not in client_of(make_delegate(make_entity("PROV"))).get("/").text


def test_action_records_its_event_and_the_list_shows_it(delegate, sede):
    assert "Falta el aviso" in write(delegate, sede).text
    entry = HistoryEntry.objects.get(event="note.written")
    assert (entry.actor, entry.entity, entry.event_label) == (delegate, delegate.entity, "Nota escrita")
    assert (entry.before, entry.after) == ({}, {"note_text": "Falta el aviso"})


def test_strangers_neither_write_nor_read_a_note(delegate, stranger, sede):
    write(delegate, sede)
    assert write(stranger, sede).status_code == 404
    assert "Falta el aviso" not in client_of(stranger).get("/notas/").text


def test_form_shows_what_is_missing_or_refused(delegate, ips):
    closed = make_sede(ips, closed_on="2026-01-01")
    assert "Ingrese la nota." in write(delegate, closed, text="").text
    assert "la sede está cerrada" in write(delegate, closed).text
    assert not HistoryEntry.objects.filter(event="note.written").exists()


@pytest.mark.parametrize(("group", "status"), [("soporte", 302), ("revisor", 403)])
def test_only_the_group_with_the_permission_acts_in_the_admin(sede, group, status):
    address = reverse("admin:entities_sede_action", args=[sede.pk, "nota"])
    page = client_of(make_staff(group)).post(address, {"text": "Falta el aviso", "reason": "Visita"})
    assert page.status_code == status
    written = HistoryEntry.objects.filter(event="note.written", reason="Visita", entity=sede.entity)
    assert written.count() == (status == 302)


def test_history_of_the_ministry_shows_the_event_in_spanish(delegate, sede, ministry):
    write(delegate, sede)
    entry, client = HistoryEntry.objects.get(event="note.written"), client_of(ministry)
    assert "Nota escrita" in client.get("/admin/history/historyentry/", {"acto": "note.written"}).text
    assert "Texto de la nota" in client.get(f"/admin/history/historyentry/{entry.pk}/change/").text


def test_impersonation_shows_the_page_and_refuses_the_action(delegate, sede, ministry):
    client = client_of(ministry)
    session = AccountSession.objects.get(account=ministry)
    start_impersonation(by=ministry, account=delegate, session=session, reason="Ayuda")
    assert client.get("/notas/").status_code == 200
    assert client.post(reverse("write_note", args=[sede.pk]), {"text": "x"}).status_code == 403
    assert not HistoryEntry.objects.filter(event="note.written").exists()


def test_system_checks_pass_with_the_app_installed():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.toy.settings", "MIPRES_MODE": "test"}
    command = [sys.executable, "-m", "django", "check"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr


def test_documentation_shows_the_code_of_the_app():
    text = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n# notes/(\w+\.py)\n(.+?)```", text, re.S)
    assert len(blocks) == 7
    assert not [name for name, code in blocks if code not in (APP / name).read_text(encoding="utf-8")]
