"""Which file of which registry may be uploaded, what is asked to apply it, and how is a mistake worded?"""

import hashlib
import re
import tempfile
import zlib
from pathlib import Path
from typing import Any

from django import forms

from mipres_admin.backoffice.forms import ReasonForm
from mipres_admin.excel.reader import MEGABYTE
from registries.actions import Upload
from registries.loading.errors import RegistryError
from registries.loading.files import check_file, find_columns
from registries.registry import choices, registry_of
from registries.rules import BOXES

LARGEST_FILE = 100 * MEGABYTE
LONGEST_NAME, LONGEST_NAME_IN_BYTES = 100, 200
NOT_IN_A_NAME = re.compile(r"[^\w. ()-]")


class LoadForm(ReasonForm):
    """Why something is done to a load."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "Queda en la historia del portal. No escriba datos personales."


class UploadForm(LoadForm):
    """A registry and its file, CSV in UTF-8 or .xlsx; and why it comes."""

    field_order = ("kind", "file", "reason")
    kind = forms.ChoiceField(
        label="Registro",
        error_messages={
            "required": "Elija el registro.",
            "invalid_choice": "El registro debe ser uno de la lista, por ejemplo REPS.",
        },
    )
    file = forms.FileField(
        label="Archivo",
        max_length=255,
        help_text=f"CSV en UTF-8 o libro de Excel (.xlsx), de máximo {LARGEST_FILE // MEGABYTE} MB, con todo el "
        "registro: lo que no esté en el archivo se cierra.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        error_messages={
            "required": "Elija el archivo.",
            "empty": "El archivo está vacío. Elija el que entrega el registro.",
            "invalid": "Elija el archivo y oprima de nuevo «Subir y revisar».",
            "max_length": "El nombre del archivo debe tener máximo 255 letras.",
        },
    )
    upload: Upload

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", "Elija…"), *choices()]

    def clean_file(self) -> Any:
        """Not too large."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(
                f"El archivo pesa {(file.size or 0) // MEGABYTE} MB y debe pesar máximo {LARGEST_FILE // MEGABYTE} MB. "
                "Quite lo que no sea del registro, o entréguelo a quien opera el portal para cargarlo por comando."
            )
        return file

    def clean(self) -> dict[str, Any]:
        """Look at the file without reading its rows: `upload` is set."""
        asked = super().clean() or {}
        if "kind" in asked and "file" in asked:
            try:
                self.upload = _looked_at(asked["kind"], asked["file"])
            except RegistryError as error:
                self.add_error("file", str(error))
        return asked


def _looked_at(kind: str, file: Any) -> Upload:
    name = file_name(file.name or "")
    digest, packer, packed = hashlib.sha256(), zlib.compressobj(level=3), []
    with tempfile.TemporaryDirectory(prefix="mipres-registry-") as folder:
        path = Path(folder) / name
        with path.open("wb") as copy:
            for chunk in file.chunks():
                copy.write(chunk)
                digest.update(chunk)
                packed.append(packer.compress(chunk))
        headings = check_file(path)
        if headings is not None:
            find_columns(headings, registry_of(kind).columns)
    return Upload(name, digest.hexdigest(), file.size or 0, b"".join([*packed, packer.flush()]))


def file_name(given: str) -> str:
    """The name of a file without anything that could be a path, a mark of control or too long; its ending stays.

    Too long for a row are its letters, too long for the disk its bytes.
    """
    name = NOT_IN_A_NAME.sub("_", given)[-LONGEST_NAME:]
    return name.encode()[-LONGEST_NAME_IN_BYTES:].decode(errors="ignore").lstrip(". ") or "archivo"


class ApplyForm(LoadForm):
    """Why a load is applied, and what of it is accepted."""

    strict = forms.BooleanField(label=BOXES["strict"], required=False)
    force = forms.BooleanField(
        label=BOXES["force"], required=False, help_text="Vuelve atrás: el portal queda como en aquella fecha."
    )
    allow_closing = forms.BooleanField(
        label=BOXES["allow_closing"],
        required=False,
        help_text="Un archivo incompleto cerraría lo que le falta. Márquelo solo si el registro de verdad se redujo.",
    )
