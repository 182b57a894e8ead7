"""Does the Ministry upload, preview, apply and read loads in the admin?"""

import html
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Account
from entities.models import Entity, Sede
from mipres_admin.history.models import HistoryEntry
from registries.models import RegistryLoad, RegistryReport
from tests import factories
from tests.cells import each_cell
from tests.registries.registry_pages import (
    ADD,
    LIST,
    contents,
    loaded,
    page_of,
    run_action,
    run_worker,
    upload,
    uploaded,
)
from tests.registry_files import csv_file, load, professional_row, sede_row, sites, xlsx_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(ministry: Account) -> Client:
    client = Client()
    client.force_login(ministry)
    return client


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def written(*rows: dict[str, str], name: str = "reps.csv") -> Path:
        return csv_file(tmp_path / name, rows)

    return written


def plain(*permissions: str) -> Client:
    """Somebody of the Ministry who has these permissions alone."""
    account = Account.objects.create_user("OTRO1", factories.PASSWORD, email="o@minsalud.example", is_staff=True)
    account.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(account)
    return client


def test_upload_changes_nothing_and_waits_for_the_worker(clerk, file):
    said = html.unescape(upload(clerk, "reps", file(sede_row())).text)
    assert "El archivo quedó subido" in said
    assert "El portal va a revisar el archivo." in said
    assert not Entity.objects.exists()


def test_preview_shows_changes_and_changes_nothing(clerk, file):
    load("import_reps", file(*sites(6)))
    before = contents()
    rows = sites(6)[:5]
    rows[0]["t_lefonosede"] = "6015550199"
    waiting = uploaded(clerk, "reps", file(*rows, professional_row(), sede_row(nombresede=""), name="abril.csv"))
    run_worker()
    page = page_of(clerk, waiting)
    assert "Lista para aplicar" in page
    assert '6015550101</td><td data-label="Después">6015550199' in page
    assert "050010000201 NIDIA INÉS CAÑÓN HOYOS" in page
    assert "<li>110010000106 " in page
    assert "falta el nombre de la sede" in page
    assert contents() == before
    assert list(HistoryEntry.objects.values_list("event", flat=True).order_by("pk")) == [
        "reps.loaded",
        "registry.uploaded",
    ]


def test_applied_load_has_its_reason_in_one_event(clerk, file, ministry):
    done = loaded(clerk, "reps", file(*sites(2)))
    assert (done.state, Sede.objects.count()) == ("applied", 2)
    entry = HistoryEntry.objects.get(event="reps.loaded")
    assert (entry.actor, entry.reason, entry.after["new"]) == (ministry, "Corte de marzo", 2)
    assert "Qué pasó con las filas" in page_of(clerk, done)


def test_preview_names_the_entities_of_a_moved_sede(clerk, file):
    load("import_reps", file(sede_row()))
    waiting = uploaded(clerk, "reps", file(sede_row(numeroidentificacion="990000002", nombreprestador="OTRA S.A.")))
    run_worker()
    page = page_of(clerk, waiting)
    assert '>Entidad</td><td data-label="Antes">CLÍNICA DEL RÍO S.A.S.</td><td data-label="Después">OTRA S.A.' in page


def test_worker_command_applies_queued_loads(clerk, file):
    from django.core.management import call_command

    waiting = uploaded(clerk, "reps", file(sede_row()))
    call_command("worker", once=True)
    waiting.refresh_from_db()
    assert waiting.state == "previewed"


def test_rejected_and_closed_rows_are_downloaded(clerk, file):
    load("import_reps", file(*sites(6)))
    waiting = uploaded(clerk, "reps", file(*sites(6)[:5], sede_row(nombresede=""), name="abril.csv"))
    run_worker()
    text = b"".join(clerk.get(f"{LIST}{waiting.pk}/rechazadas.csv")).decode("utf-8-sig")
    assert text.splitlines() == ["LÍNEA,MOTIVO", "7,falta el nombre de la sede"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(clerk.get(f"{LIST}{waiting.pk}/cerradas.xlsx"))))
    assert [row[0].value for row in book.worksheets[0]] == ["CERRADA", "110010000106 CLÍNICA DEL RÍO CENTRO"]
    assert clerk.get(f"{LIST}{waiting.pk}/otras.csv").status_code == 404
    assert clerk.get(f"{LIST}{waiting.pk}/cerradas.pdf").status_code == 404


def test_cell_of_a_csv_never_begins_a_formula(clerk):
    load = RegistryLoad.objects.create(kind="reps", file_name="a.csv", sha256="0" * 64)
    RegistryReport.objects.create(load=load, closed=["=HYPERLINK(1)", "@x", "110010000106"])
    text = clerk.get(f"{LIST}{load.pk}/cerradas.csv").content.decode("utf-8-sig")
    assert text.splitlines() == ["CERRADA", "'=HYPERLINK(1)", "'@x", "110010000106"]


@pytest.mark.parametrize("query", [{"q": "reps"}, {"state__exact": "applied"}, {"kind": "reps"}])
def test_list_is_searched_and_filtered(clerk, file, query):
    load("import_reps", file(sede_row()))
    assert "reps.csv" in clerk.get(LIST, query).text


def test_progress_view_shows_only_the_progress(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    part = clerk.get(f"{LIST}{waiting.pk}/avance/").text
    assert 'data-busy="yes" data-state="uploaded"' in part
    run_worker()
    assert 'data-busy="no"' in clerk.get(f"{LIST}{waiting.pk}/avance/").text


def test_page_without_script_refreshes_only_while_waiting(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    assert 'http-equiv="refresh"' in page_of(clerk, waiting)
    run_worker()
    assert 'http-equiv="refresh"' not in page_of(clerk, waiting)


def test_obstacle_after_the_preview_refuses_the_load(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row(fecha_corte_reps="2026-02-12")))
    run_worker()
    run_action(clerk, waiting, "aplicar")
    load("import_reps", file(sede_row(), name="marzo.csv"))
    run_worker()
    waiting.refresh_from_db()
    assert waiting.state == "refused"
    assert "Suba el archivo otra vez" in page_of(clerk, waiting)


def test_another_load_renews_open_previews(clerk, file):
    waiting = uploaded(clerk, "reps", file(*sites(2), name="marzo.csv"))
    run_worker()
    load("import_reps", file(sede_row()))
    waiting.refresh_from_db()
    assert waiting.state == "uploaded"
    run_worker()
    assert "Nuevas</th><td>1" in page_of(clerk, waiting)


def test_upload_warns_of_a_file_loaded_before(clerk, file):
    load("import_reps", file(sede_row()))
    assert "Este mismo archivo ya se cargó el" in upload(clerk, "reps", file(sede_row())).text


def test_workbook_with_wrong_columns_is_refused_by_the_worker(clerk, tmp_path):
    waiting = uploaded(clerk, "reps", xlsx_file(tmp_path / "reps.xlsx", [["a", "b"], ["1", "2"]]))
    run_worker()
    page = page_of(clerk, waiting)
    assert "No se puede cargar" in page
    assert "Falta la columna codigoprestador" in page


def test_file_without_a_good_row_is_refused_with_its_rows(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row(nombresede="")))
    run_worker()
    page = page_of(clerk, waiting)
    assert "el archivo no trae ninguna fila válida." in page
    assert "falta el nombre de la sede" in page


def test_without_the_permission_nothing_is_uploaded_or_done(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    reader = plain("view_registryload")
    assert reader.get(f"{LIST}{waiting.pk}/change/").status_code == 200
    assert "aplicar" not in page_of(reader, waiting)
    assert upload(reader, "reps", file(sede_row())).status_code == 403
    for slug in ("aplicar", "cancelar", "deshacer"):
        assert reader.post(f"{LIST}{waiting.pk}/acto/{slug}/", {"reason": "x"}).status_code == 403
    assert RegistryLoad.objects.count() == 1


def test_who_may_load_may_not_undo(clerk, file):
    done = loaded(clerk, "reps", file(sede_row()))
    loader = plain("load_registry")
    assert loader.post(f"{LIST}{done.pk}/acto/deshacer/", {"reason": "x"}).status_code == 403


def test_stranger_sees_no_load(clerk, file, delegate_client):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    other = plain("view_jobrun")
    for address in (LIST, ADD, f"{LIST}{waiting.pk}/change/", f"{LIST}{waiting.pk}/avance/"):
        assert other.get(address).status_code == 403
        assert delegate_client.get(address).status_code in (302, 403)
    assert other.get(f"{LIST}{waiting.pk}/rechazadas.csv").status_code == 403


@each_cell("part", ["change/", "avance/", "rechazadas.csv", "acto/aplicar/"])
@each_cell("key", ["999999", "x", "a%00b"])
def test_missing_load_is_404(clerk, key, part):
    assert clerk.get(f"{LIST}{key}/{part}").status_code == 404


def test_loads_cannot_be_edited_or_deleted(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    clerk.post(f"{LIST}{waiting.pk}/change/", {"state": "applied", "_save": "1"})
    assert clerk.post(f"{LIST}{waiting.pk}/delete/", {"post": "yes"}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "uploaded"


def test_report_masks_documents_of_people(clerk, tmp_path):
    rows = [{"tipo_documento": "CC", "numero_documento": f"102500011{n}", "codigo_profesion": "P07",
             "profesion": "Medicina", "registro_profesional": f"RM-{n}"} for n in range(9)]  # fmt: skip
    headings = tuple(rows[0])
    load("import_rethus", csv_file(tmp_path / "a.csv", rows, headings))
    rows[0]["registro_profesional"] = "RM-X"
    loaded(clerk, "rethus", csv_file(tmp_path / "b.csv", rows[:8], headings))
    report = RegistryReport.objects.latest("pk")
    told = str((report.samples, report.closed, report.rejections))
    assert "RM-X" in told
    assert "…0118" in told
    assert "1025000" not in told
