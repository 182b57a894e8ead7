"""What does the holder of an account type and upload until their identity is verified, and how are mistakes worded?"""

from dataclasses import fields
from typing import Any

from django import forms

from accounts.models import IdentityClaim, IdentityCopy
from accounts.models.identity_claims import MAX_COPY_BYTES
from accounts.rules.identity import Identity
from delegates.forms.sign_up_and_personal_data import IdentityFieldsForm
from mipres_admin.antivirus import refuse_malware
from mipres_admin.forms import ActionForm, file_field
from mipres_admin.refusals import Refused
from mipres_admin.uploaded_pdf.reader import read_pdf

# how a file of each kind begins; a picture is not read any further
SIGNATURES = {
    IdentityCopy.Kind.PDF: b"%PDF-",
    IdentityCopy.Kind.JPEG: b"\xff\xd8\xff",
    IdentityCopy.Kind.PNG: b"\x89PNG\r\n\x1a\n",
}
CHOOSE_A_COPY = "Elija el archivo de la copia."
TOO_LARGE = "El archivo debe pesar máximo 1 MB. Guárdelo con menos resolución."
UNOPENED = "El portal no pudo abrir el PDF: puede estar dañado, incompleto o tener más contenido del que el portal lee."
PRINT_IT = (
    "Ábralo en su equipo, use Imprimir y Guardar como PDF, y cargue ese archivo; o cargue una foto del documento."
)


def _pages_of(content: bytes) -> bytes:
    """A new PDF with what the pages show. Raises ValidationError; Refused when too many files are being read."""
    reading = read_pdf(content, with_texts=False)
    if reading.encrypted:
        raise forms.ValidationError("El PDF tiene contraseña. Cárguelo sin contraseña, o una foto del documento.")
    if reading.programs:
        raise forms.ValidationError(f"El PDF trae programas, enlaces o archivos adjuntos. {PRINT_IT}")
    if not reading.read:
        raise forms.ValidationError(f"{UNOPENED} {PRINT_IT}")
    if len(reading.copy) > MAX_COPY_BYTES:
        raise forms.ValidationError(TOO_LARGE)
    return reading.copy


class IdentityForm(IdentityFieldsForm, ActionForm):
    """Everything of an identity but its document, as it was typed; it can be corrected."""

    def __init__(self, data: Any = None, *, claim: IdentityClaim) -> None:
        super().__init__(data, initial={name: getattr(claim, name) for name in self.base_fields})
        self.claim = claim

    @property
    def identity(self) -> Identity:
        """What was typed, in a valid form, with the document of the sign-up."""
        typed = {name: getattr(self.claim, name) for name in ("document_type", "document_number")} | self.cleaned_data
        return Identity(**{field.name: typed[field.name] for field in fields(Identity)})


class CopyForm(ActionForm):
    """A copy of the document: a picture, by its size and its first bytes, or the pages of a PDF."""

    copy = file_field(
        "Copia del documento",
        ".pdf,.jpg,.jpeg,.png",
        "Un PDF o una foto (JPEG o PNG), legible, de máximo 1 MB.",
        missing=CHOOSE_A_COPY,
        empty=CHOOSE_A_COPY,
    )
    kind: IdentityCopy.Kind
    content: bytes

    def clean_copy(self) -> Any:
        """A file that is too large is not read; `kind` and `content` are set."""
        file = self.cleaned_data["copy"]
        if file.size > MAX_COPY_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        content = file.read()
        kind = next((kind for kind, signature in SIGNATURES.items() if content.startswith(signature)), None)
        if kind is None:
            raise forms.ValidationError(
                "El archivo debe ser un PDF, un JPEG o un PNG, por ejemplo una foto del documento."
            )
        try:
            refuse_malware(content)
            self.content = _pages_of(content) if kind == IdentityCopy.Kind.PDF else content
        except Refused as refused:
            raise forms.ValidationError(f"{refused.refusal.cause} {refused.refusal.remedy}") from refused
        self.kind = kind
        return file
