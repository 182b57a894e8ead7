"""Does a clerk load a registry from the admin: upload, preview, apply, report? (registries.admin)"""

import html
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Account
from entities.models import Entity, Sede
from mipres_admin.excel.reader import MEGABYTE
from mipres_admin.history.models import HistoryEntry
from registries.loading import effects
from registries.loading.effects import Effect
from registries.models import RegistryFile, RegistryLoad, RegistryReport
from tests import factories
from tests.cells import each_cell
from tests.registries.registry_pages import ADD, LIST, act, contents, loaded, page_of, upload, uploaded, work
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


# ---------------------------------------------------------------- from the file to the registry


def test_an_upload_changes_nothing_and_waits_for_the_worker(clerk, file):
    said = html.unescape(upload(clerk, "reps", file(sede_row())).text)
    assert "El archivo quedó subido" in said
    assert "El portal va a revisar el archivo." in said
    assert not Entity.objects.exists()


def test_the_worker_shows_what_would_change_and_changes_nothing(clerk, file):
    load("import_reps", file(*sites(6)))
    before = contents()
    rows = sites(6)[:5]
    rows[0]["t_lefonosede"] = "6015550199"
    waiting = uploaded(clerk, "reps", file(*rows, professional_row(), sede_row(nombresede=""), name="abril.csv"))
    work()
    page = page_of(clerk, waiting)
    assert "Lista para aplicar" in page
    assert '6015550101</td><td data-label="Después">6015550199' in page
    assert "050010000201 NIDIA INÉS CAÑÓN HOYOS" in page
    assert "<li>110010000106</li>" in page
    assert "falta el nombre de la sede" in page
    assert contents() == before
    assert list(HistoryEntry.objects.values_list("event", flat=True).order_by("pk")) == [
        "reps.loaded",
        "registry.uploaded",
    ]


def test_applied_by_the_worker_with_the_reason_in_one_row_of_history(clerk, file, ministry):
    done = loaded(clerk, "reps", file(*sites(2)))
    assert (done.state, Sede.objects.count()) == ("applied", 2)
    entry = HistoryEntry.objects.get(event="reps.loaded")
    assert (entry.actor, entry.reason, entry.after["new"]) == (ministry, "Corte de marzo", 2)
    assert "Qué pasó con las filas" in page_of(clerk, done)


def test_a_sede_that_goes_to_another_entity_is_shown_by_names(clerk, file):
    load("import_reps", file(sede_row()))
    waiting = uploaded(clerk, "reps", file(sede_row(numeroidentificacion="990000002", nombreprestador="OTRA S.A.")))
    work()
    page = page_of(clerk, waiting)
    assert '>Entidad</td><td data-label="Antes">CLÍNICA DEL RÍO S.A.S.</td><td data-label="Después">OTRA S.A.' in page


def test_the_worker_does_it_at_the_command_line_too(clerk, file):
    from django.core.management import call_command

    waiting = uploaded(clerk, "reps", file(sede_row()))
    call_command("worker", once=True)
    waiting.refresh_from_db()
    assert waiting.state == "previewed"


def test_what_effects_count_is_shown_before_and_after(clerk, file, monkeypatch):
    monkeypatch.setattr(effects, "_effects", [Effect(lambda load: {"roles que terminan": 3}, lambda load: None)])
    waiting = uploaded(clerk, "reps", file(sede_row()))
    work()
    assert "Roles que terminan</th><td>3" in page_of(clerk, waiting)


def test_rejected_and_closed_rows_are_downloaded(clerk, file):
    load("import_reps", file(*sites(6)))
    waiting = uploaded(clerk, "reps", file(*sites(6)[:5], sede_row(nombresede=""), name="abril.csv"))
    work()
    text = b"".join(clerk.get(f"{LIST}{waiting.pk}/rechazadas.csv")).decode("utf-8-sig")
    assert text.splitlines() == ["LÍNEA,MOTIVO", "7,falta el nombre de la sede"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(clerk.get(f"{LIST}{waiting.pk}/cerradas.xlsx"))))
    assert [row[0].value for row in book.worksheets[0]] == ["CERRADA", "110010000106"]
    assert clerk.get(f"{LIST}{waiting.pk}/otras.csv").status_code == 404
    assert clerk.get(f"{LIST}{waiting.pk}/cerradas.pdf").status_code == 404


def test_a_cell_of_a_csv_never_begins_a_formula(clerk):
    load = RegistryLoad.objects.create(kind="reps", file_name="a.csv", sha256="0" * 64)
    RegistryReport.objects.create(load=load, closed=["=HYPERLINK(1)", "@x", "110010000106"])
    text = clerk.get(f"{LIST}{load.pk}/cerradas.csv").content.decode("utf-8-sig")
    assert text.splitlines() == ["CERRADA", "'=HYPERLINK(1)", "'@x", "110010000106"]


def test_a_load_by_command_stands_in_the_same_list(clerk, file):
    load("import_reps", file(sede_row(), name="a-mano.csv"))
    page = html.unescape(clerk.get(LIST).text)
    assert "a-mano.csv" in page
    assert "Por comando" in page
    assert "1 nuevas" in page


@pytest.mark.parametrize("query", [{"q": "reps"}, {"state__exact": "applied"}, {"kind": "reps"}])
def test_the_list_is_searched_and_filtered(clerk, file, query):
    load("import_reps", file(sede_row()))
    assert "reps.csv" in clerk.get(LIST, query).text


def test_the_progress_alone_is_asked_for(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    part = clerk.get(f"{LIST}{waiting.pk}/avance/").text
    assert 'data-busy="yes" data-state="uploaded"' in part
    work()
    assert 'data-busy="no"' in clerk.get(f"{LIST}{waiting.pk}/avance/").text


def test_a_page_without_script_opens_itself_anew_only_while_it_waits(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    assert 'http-equiv="refresh"' in page_of(clerk, waiting)
    work()
    assert 'http-equiv="refresh"' not in page_of(clerk, waiting)


def test_the_file_of_a_load_is_kept_compressed(clerk, file):
    waiting = uploaded(clerk, "reps", file(*sites(50)))
    kept = RegistryFile.objects.get(load=waiting)
    assert len(kept.content) < kept.size / 5


# ---------------------------------------------------------------- guards


@pytest.fixture
def older(clerk, file):
    load("import_reps", file(*sites(9)))
    rows = [row | {"fecha_corte_reps": "2026-02-12"} for row in sites(2)]
    waiting = uploaded(clerk, "reps", file(*rows, name="febrero.csv"))
    work()
    return waiting


def test_the_preview_says_why_it_can_not_be_applied_and_which_box_allows_it(clerk, older):
    page = page_of(clerk, older)
    assert "el corte del archivo (2026-02-12) es anterior al último cargado (2026-03-12)" in page
    assert "marque «Aceptar un corte anterior al último cargado»" in page
    assert "cerraría 7 de 9 registros abiertos" in page


@pytest.mark.parametrize("boxes", [{}, {"force": "on"}, {"allow_closing": "on"}])
def test_it_is_not_applied_without_its_boxes(clerk, older, boxes):
    assert "marque «Aceptar" in act(clerk, older, "aplicar", **boxes)
    work()
    older.refresh_from_db()
    assert (older.state, Sede.objects.open().count()) == ("previewed", 9)


def test_with_both_boxes_it_is(clerk, older):
    act(clerk, older, "aplicar", force="on", allow_closing="on")
    work()
    assert Sede.objects.open().count() == 2


def test_only_whole_files_when_that_is_asked(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row(), sede_row(nombresede="")))
    work()
    said = act(clerk, waiting, "aplicar", strict="on")
    assert "Quite la marca de «Aplicar solo si no hay filas rechazadas»" in said
    act(clerk, waiting, "aplicar")
    work()
    assert Sede.objects.count() == 1


def test_a_guard_that_only_closes_after_the_preview_refuses_too(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row(fecha_corte_reps="2026-02-12")))
    work()
    act(clerk, waiting, "aplicar")
    load("import_reps", file(sede_row(), name="marzo.csv"))
    work()
    waiting.refresh_from_db()
    assert waiting.state == "refused"
    assert "Suba el archivo otra vez" in page_of(clerk, waiting)


def test_another_load_sends_a_preview_back_to_the_worker(clerk, file):
    waiting = uploaded(clerk, "reps", file(*sites(2), name="marzo.csv"))
    work()
    load("import_reps", file(sede_row()))
    waiting.refresh_from_db()
    assert waiting.state == "uploaded"
    work()
    assert "Nuevas</th><td>1" in page_of(clerk, waiting)


# ---------------------------------------------------------------- twice, cancelled, forgotten


def test_a_double_click_applies_once(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    work()
    act(clerk, waiting, "aplicar")
    assert "Ya estaba hecho" in act(clerk, waiting, "aplicar")
    work()
    assert "Ya estaba hecho" in act(clerk, waiting, "aplicar")
    assert HistoryEntry.objects.filter(event="reps.loaded").count() == 1
    assert HistoryEntry.objects.filter(event="registry.queued").count() == 1


def test_the_same_file_twice_is_one_load(clerk, file):
    uploaded(clerk, "reps", file(sede_row()))
    assert "ya estaba subido" in upload(clerk, "reps", file(sede_row())).text
    assert RegistryLoad.objects.count() == 1


def test_a_file_that_was_loaded_before_is_told(clerk, file):
    load("import_reps", file(sede_row()))
    assert "Este mismo archivo ya se cargó el" in upload(clerk, "reps", file(sede_row())).text


def test_a_cancelled_load_keeps_no_file_and_is_not_applied(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    assert "quedó cancelada" in act(clerk, waiting, "cancelar", reason="Archivo equivocado")
    work()
    waiting.refresh_from_db()
    assert (waiting.state, RegistryFile.objects.count(), Entity.objects.count()) == ("cancelled", 0, 0)
    assert HistoryEntry.objects.get(event="registry.cancelled").reason == "Archivo equivocado"


@pytest.mark.parametrize("slug", ["aplicar", "cancelar", "deshacer"])
def test_every_act_asks_why(clerk, file, slug):
    waiting = loaded(clerk, "reps", file(sede_row())) if slug == "deshacer" else uploaded(clerk, "reps", file())
    RegistryLoad.objects.filter(state="uploaded").update(state="previewed")
    assert "Ingrese el motivo." in act(clerk, waiting, slug, reason=" ")


# ---------------------------------------------------------------- bad files


def bomb() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as member:
            for _ in range(201):
                member.write(b"0" * MEGABYTE)
    return sink.getvalue()


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as book:
        book.writestr("reps.csv", "a")
    return sink.getvalue()


@each_cell(
    ("name", "content", "message"),
    [
        ("reps.csv", b"", "El archivo está vacío."),
        ("reps.csv", b"%PDF-1.7 x", "es un PDF"),
        ("reps.xlsx", b"%PDF-1.7 x", "es un PDF"),
        ("reps.csv", b"\x89PNG\r\n", "es una imagen"),
        ("reps.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel antiguo"),
        ("reps.csv", b"a,b\n1,2\n", "Falta la columna codigoprestador"),
        ("reps.csv", "código\n".encode("latin-1"), "no está en UTF-8"),
        ("reps.csv", "codigo\n".encode("utf-16"), "UTF-16"),
        ("reps.xlsx", b"PK\x03\x04roto", "no es un libro de Excel"),
        ("reps.zip", zipped, "archivo comprimido"),
        ("reps.xlsx", bomb, "ocupa demasiado al descomprimirse"),
        ("reps.csv", b'"abc', "no es un CSV bien formado"),
    ],
)
def test_a_bad_file_is_refused_at_once(clerk, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content() if callable(content) else content)
    page = upload(clerk, "reps", tmp_path / name)
    assert page.status_code == 200
    assert message in html.unescape(page.text)
    assert not RegistryLoad.objects.exists()


def test_a_workbook_with_wrong_columns_is_refused_by_the_worker(clerk, tmp_path):
    waiting = uploaded(clerk, "reps", xlsx_file(tmp_path / "reps.xlsx", [["a", "b"], ["1", "2"]]))
    work()
    page = page_of(clerk, waiting)
    assert "No se puede cargar" in page
    assert "Falta la columna codigoprestador" in page


def test_a_file_without_a_good_row_is_refused_with_its_rows(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row(nombresede="")))
    work()
    page = page_of(clerk, waiting)
    assert "el archivo no trae ninguna fila válida." in page
    assert "falta el nombre de la sede" in page


def test_a_file_that_is_too_large_is_refused(clerk, file, monkeypatch):
    monkeypatch.setattr("registries.forms.MAX_FILE_SIZE", 100)
    assert "debe pesar máximo" in upload(clerk, "reps", file(sede_row())).text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": ""}, "Elija el registro."),
        ({"kind": "otro"}, "El registro debe ser"),
        ({"file": ""}, "Elija el archivo."),
        ({"reason": " "}, "Ingrese el motivo."),
    ],
)
def test_a_mistake_in_the_form_is_explained(clerk, file, fields, message):
    with file(sede_row()).open("rb") as content:
        assert message in html.unescape(clerk.post(ADD, {"kind": "reps", "file": content, "reason": "x"} | fields).text)
    assert not RegistryLoad.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../x.csv", "a\0b.csv", "…" * 200 + ".csv", "字" * 200 + ".csv", "<b>.csv", "..", "a/b.csv"]
)
def test_a_strange_name_does_no_harm(clerk, file, name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    content = SimpleUploadedFile("x.csv", file(sede_row()).read_bytes())
    content._name = name
    clerk.post(ADD, {"kind": "reps", "file": content, "reason": "x"})
    for waiting in RegistryLoad.objects.all():
        work()
        waiting.refresh_from_db()
        assert waiting.state == "previewed"


# ---------------------------------------------------------------- who may


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


def test_a_stranger_sees_nothing(clerk, file, delegate_client):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    other = plain("view_jobrun")
    for address in (LIST, ADD, f"{LIST}{waiting.pk}/change/", f"{LIST}{waiting.pk}/avance/"):
        assert other.get(address).status_code == 403
        assert delegate_client.get(address).status_code in (302, 403)
    assert other.get(f"{LIST}{waiting.pk}/rechazadas.csv").status_code == 403


@each_cell("part", ["change/", "avance/", "rechazadas.csv", "acto/aplicar/"])
@each_cell("key", ["999999", "x", "a%00b"])
def test_what_is_not_there_is_not_found(clerk, key, part):
    assert clerk.get(f"{LIST}{key}/{part}").status_code == 404


def test_nothing_is_edited_or_deleted(clerk, file):
    waiting = uploaded(clerk, "reps", file(sede_row()))
    clerk.post(f"{LIST}{waiting.pk}/change/", {"state": "applied", "_save": "1"})
    assert clerk.post(f"{LIST}{waiting.pk}/delete/", {"post": "yes"}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "uploaded"


def test_the_report_of_people_keeps_no_whole_document(clerk, tmp_path):
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
