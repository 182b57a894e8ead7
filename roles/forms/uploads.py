"""Which file may a delegate upload, how is it applied, and how is a mistake worded?"""

import hashlib
from typing import Any

from django import forms

from mipres_admin.excel.tables import MEGABYTE
from mipres_admin.forms import ActionForm, file_field, hidden, optional_choice
from roles.exports import USER_COLUMNS
from roles.models import RoleUpload
from roles.uploads.rows import MOST_ROWS, NEEDED, REMARKS, TITLE
from roles.uploads.validation import Verdict
from roles.uploads.workbook_reader import LARGEST_FILE, SheetRefused, SheetRow, read_sheet

KNOWN = (*(column.heading for column in USER_COLUMNS), REMARKS)
TOO_LARGE = f"El archivo debe pesar máximo {LARGEST_FILE // MEGABYTE} MB. Divídalo en varios archivos."


class UploadForm(ActionForm):
    """The workbook of Consultar Usuarios, with rows added or changed."""

    file = file_field(
        "Archivo de Excel",
        ".xlsx",
        f"El que entrega «Descargar Datos», en .xlsx, de máximo {MOST_ROWS} filas y {LARGEST_FILE // MEGABYTE} MB.",
        missing="Elija el archivo de Excel.",
        invalid="Elija el archivo de Excel y oprima de nuevo «Ver qué cambiaría».",
        empty="Elija el Excel que entrega «Descargar Datos».",
    )
    rows: list[SheetRow]
    sha256: str

    def clean_file(self) -> Any:
        """Read the workbook: `rows` and `sha256` are set."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(TOO_LARGE)
        data = file.read()
        try:
            self.rows = read_sheet(data, title=TITLE, known=KNOWN, needed=NEEDED, most_rows=MOST_ROWS)
        except SheetRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        self.sha256 = hashlib.sha256(data).hexdigest()
        return file


class ApplyForm(ActionForm):
    """How the file is applied: the two buttons."""

    mode = hidden(forms.ChoiceField, "Oprima uno de los dos botones para aplicar.", choices=RoleUpload.Mode)


class PreviewFilterForm(forms.Form):
    """Which rows of the preview are listed."""

    ver = optional_choice(
        "Ver filas",
        "Elija una de las opciones de la lista.",
        [("", "Todas, los errores primero"), *Verdict.choices],
    )
