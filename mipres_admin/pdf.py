"""How does a page become a PDF? WeasyPrint draws it, one at a time in a process, and fetches nothing.

WeasyPrint needs the library Pango of the operating system and more than a second to be imported, so it is imported for
the first PDF, or before by `warm_up`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import BoundedSemaphore, Lock
from typing import Any

import segno
from django.core import checks

from mipres_admin.refusals import Refusal, Refused

# one PDF is drawn and one waits: the other threads of the server answer everybody else
SECONDS_TO_WAIT, PLACES = 15, 2
_one_at_a_time, _places = Lock(), BoundedSemaphore(PLACES)

NO_PANGO = Refusal(
    headline="No se puede generar el PDF",
    cause="El servidor no tiene instalada la biblioteca Pango, con la que el portal dibuja los PDF.",
    remedy="No se perdió nada. Intente de nuevo cuando la instalen; mientras tanto puede usar «Descargar Datos» en "
    "Consultar Usuarios. Si urge, avise a la mesa de ayuda: los datos están al pie de esta página.",
    who="El equipo que administra el servidor del portal.",
)
BUSY = Refusal(
    headline="El portal está generando otro PDF",
    cause="Se hace un PDF a la vez y el anterior no ha terminado.",
    remedy="No se perdió nada. Intente de nuevo en un minuto.",
    who="Usted mismo.",
)


def _weasyprint() -> Any:
    """The library; raises Refused where Pango is missing."""
    try:
        return import_module("weasyprint")
    except OSError:
        raise Refused(NO_PANGO) from None


def warm_up() -> None:
    """Import the library before the first PDF; without Pango, the pages of PDFs say so."""
    with suppress(Refused):
        _weasyprint()


def refuse_without_pango() -> None:
    """Raise Refused, before anything is saved, where no PDF could be made."""
    _weasyprint()


@contextmanager
def _turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise Refused(BUSY)
    try:
        if not _one_at_a_time.acquire(timeout=SECONDS_TO_WAIT):
            raise Refused(BUSY)
        try:
            yield
        finally:
            _one_at_a_time.release()
    finally:
        _places.release()


def make_pdf(html: str) -> bytes:
    """The PDF (PDF/UA-1, tagged for screen readers) of a whole HTML page that carries its own style.

    No address is fetched, neither of the network nor of a file: a page that asks for one raises ValueError. Raises
    Refused without Pango, when another PDF is not ready within 15 seconds, or when another request waits for it.
    """
    weasyprint = _weasyprint()
    no_fetching = weasyprint.urls.URLFetcher(allowed_protocols=(), fail_on_errors=True)
    with _turn():
        try:
            pdf: bytes = weasyprint.HTML(string=html, url_fetcher=no_fetching).write_pdf(pdf_variant="pdf/ua-1")
        except weasyprint.urls.FatalURLFetchingError as error:
            # a BaseException, which would end the worker
            raise ValueError(f"A PDF may fetch nothing. {error}") from None
    return pdf


def qr_path(text: str) -> tuple[int, str]:
    """A QR code as the side of its square, quiet zone included, and the path of an SVG: one stroke per dark run."""
    rows = [bytes(row) for row in segno.make(text, micro=False, error="m").matrix_iter(border=4)]
    moves = []
    for y, row in enumerate(rows):
        x = 0
        while (x := row.find(1, x)) >= 0:
            end = row.find(0, x)
            moves.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = end
    return len(rows), "".join(moves)


@checks.register(checks.Tags.compatibility, deploy=True)
def pango_is_installed(**kwargs: Any) -> list[checks.CheckMessage]:
    """A warning, at `check --deploy`, on a server that cannot make PDFs."""
    try:
        _weasyprint()
    except Refused as refused:
        return [checks.Warning(refused.refusal.cause, hint="docs/operations.md, PDF", id="mipres_admin.W001")]
    return []
