"""What may the Ministry type to upload, apply, cancel or undo a load, and how is a mistake worded?"""

import hashlib
import re
import tempfile
import zlib
from pathlib import Path
from typing import Any

from django import forms

from mipres_admin.backoffice.forms import ReasonForm
from mipres_admin.excel.tables import MEGABYTE
from mipres_admin.forms import file_field, wording
from mipres_admin.reading.text import clean_file_name
from registries.actions import Upload
from registries.loading.errors import RegistryError
from registries.loading.files import check_file, find_columns
from registries.registry import get_registry, registry_choices
from registries.rules import BOXES

MAX_FILE_SIZE = 100 * MEGABYTE
MAX_NAME_LENGTH, MAX_NAME_BYTES = 100, 200
NOT_IN_A_NAME = re.compile(r"[^\w. ()-]")


class LoadForm(ReasonForm):
    """The reason for cancelling or undoing a load."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "Queda en la historia del portal. No escriba datos personales."


class UploadForm(LoadForm):
    """A registry, its file and the reason."""

    field_order = ("kind", "file", "reason")
    kind = forms.ChoiceField(
        label="Registro",
        error_messages=wording("Elija el registro.", "El registro debe ser uno de la lista, por ejemplo REPS."),
    )
    file = file_field(
        "Archivo",
        ".csv,.xlsx,.txt",
        f"CSV en UTF-8 o libro de Excel (.xlsx), de máximo {MAX_FILE_SIZE // MEGABYTE} MB, con todo el registro: lo "
        "que no esté en el archivo se cierra.",
        missing="Elija el archivo.",
        invalid="Elija el archivo y oprima de nuevo «Subir y revisar».",
        empty="Elija el que entrega el registro.",
    )
    upload: Upload

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", "Elija…"), *registry_choices()]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        size = file.size or 0
        if size > MAX_FILE_SIZE:
            raise forms.ValidationError(
                f"El archivo pesa {size // MEGABYTE} MB y debe pesar máximo {MAX_FILE_SIZE // MEGABYTE} MB. "
                "Quite lo que no sea del registro, o entréguelo a quien opera el portal para cargarlo por comando."
            )
        return file

    def clean(self) -> dict[str, Any]:
        """Check the file without reading its rows, and set `upload`."""
        data = super().clean() or {}
        if "kind" in data and "file" in data:
            try:
                self.upload = _check_upload(data["kind"], data["file"])
            except RegistryError as error:
                self.add_error("file", str(error))
        return data


def _check_upload(kind: str, file: Any) -> Upload:
    name = safe_file_name(file.name or "")
    digest, compressor, content = hashlib.sha256(), zlib.compressobj(level=3), []
    with tempfile.TemporaryDirectory(prefix="mipres-registry-") as folder:
        path = Path(folder) / name
        with path.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
                digest.update(chunk)
                content.append(compressor.compress(chunk))
        headings = check_file(path)
        if headings is not None:
            find_columns(headings, get_registry(kind).columns)
    return Upload(name, digest.hexdigest(), file.size or 0, b"".join([*content, compressor.flush()]))


def safe_file_name(name: str) -> str:
    """The name without path and control characters, cut to what a row and a disk take; its extension stays."""
    name = NOT_IN_A_NAME.sub("_", clean_file_name(name))[-MAX_NAME_LENGTH:]
    return name.encode()[-MAX_NAME_BYTES:].decode(errors="ignore").lstrip(". ") or "archivo"


class ApplyForm(LoadForm):
    """The reason for applying a load, and its options."""

    strict = forms.BooleanField(label=BOXES["strict"], required=False)
    force = forms.BooleanField(
        label=BOXES["force"], required=False, help_text="Vuelve atrás: el portal queda como en aquella fecha."
    )
    allow_closing = forms.BooleanField(
        label=BOXES["allow_closing"],
        required=False,
        help_text="Un archivo incompleto cerraría lo que le falta. Mire antes cuánto cierra y termina, y márquelo solo "
        "si es así de verdad.",
    )
