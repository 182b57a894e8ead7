"""Which uploads are refused, and in which words?"""

import html
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from mipres_admin.excel.tables import MEGABYTE
from mipres_admin.reading.text import is_clean
from registries.forms import safe_file_name
from registries.models import RegistryLoad
from tests.cells import each_cell
from tests.registries.registry_pages import ADD, run_worker, upload
from tests.registry_files import csv_file, sede_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(ministry: Account) -> Client:
    client = Client()
    client.force_login(ministry)
    return client


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


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def written(*rows: dict[str, str], name: str = "reps.csv") -> Path:
        return csv_file(tmp_path / name, rows)

    return written


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
def test_bad_file_is_refused_at_upload(clerk, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content() if callable(content) else content)
    page = upload(clerk, "reps", tmp_path / name)
    assert page.status_code == 200
    assert message in html.unescape(page.text)
    assert not RegistryLoad.objects.exists()


def test_file_that_is_too_large_is_refused(clerk, file, monkeypatch):
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
def test_mistake_in_the_form_is_explained(clerk, file, fields, message):
    with file(sede_row()).open("rb") as content:
        assert message in html.unescape(clerk.post(ADD, {"kind": "reps", "file": content, "reason": "x"} | fields).text)
    assert not RegistryLoad.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../x.csv", "a\0b.csv", "…" * 200 + ".csv", "字" * 200 + ".csv", "<b>.csv", "..", "a/b.csv"]
)
def test_unsafe_file_name_is_cleaned(clerk, file, name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    content = SimpleUploadedFile("x.csv", file(sede_row()).read_bytes())
    content._name = name
    clerk.post(ADD, {"kind": "reps", "file": content, "reason": "x"})
    for waiting in RegistryLoad.objects.all():
        run_worker()
        waiting.refresh_from_db()
        assert waiting.state == "previewed"


@pytest.mark.parametrize(
    "name", ["Delegacio\u0301n.csv", " a\u200b  b\u00a0.csv ", "\u202ea.csv", "a \0 b.csv", "…" * 300 + ".csv"]
)
def test_safe_file_name_is_clean(name):
    assert is_clean(safe_file_name(name))
