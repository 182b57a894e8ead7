"""Does a file that somebody uploaded, and that others will open, hold known malware? ClamAV's daemon says it.

The daemon is reached by the socket of `MIPRES_CLAMD_SOCKET` and gets the bytes (INSTREAM), so it needs no access to
files of the portal. Without the setting nothing is scanned; with it, a file that could not be scanned is refused.
"""

import logging
import socket

from django.conf import settings

from mipres_admin.refusals import Refusal, Refused

logger = logging.getLogger(__name__)
SECONDS = 5
LONGEST_ANSWER = 1_000
INFECTED = Refusal(
    "El antivirus encontró un programa malicioso en el archivo.",
    "Revise su equipo con un antivirus y vuelva a descargar o tomar el archivo antes de enviarlo.",
)
NOT_SCANNED = Refusal(
    "El portal no puede revisar archivos en este momento.",
    "Intente de nuevo en unos minutos; el archivo no se guardó.",
)


def _answer(content: bytes) -> str:
    """What the daemon says about the bytes: "stream: OK", "stream: … FOUND" or an error. Raises OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as daemon:
        daemon.settimeout(SECONDS)
        daemon.connect(settings.CLAMD_SOCKET)
        # one chunk with its length, and one of no length at all
        daemon.sendall(b"zINSTREAM\0" + len(content).to_bytes(4) + content + bytes(4))
        said = b""
        while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER and (more := daemon.recv(LONGEST_ANSWER)):
            said += more
    return said.rstrip(b"\0").decode(errors="replace")


def refuse_malware(content: bytes) -> None:
    """Raise Refused for a file in which the daemon finds malware, or that it cannot scan now."""
    if not settings.CLAMD_SOCKET or not content:
        return
    try:
        answer = _answer(content)
    except OSError as error:
        logger.error("The antivirus does not answer: %s.", type(error).__name__)
        raise Refused(NOT_SCANNED) from error
    if answer == "stream: OK":
        return
    if answer.endswith(" FOUND"):
        logger.warning("The antivirus refused an uploaded file.")
        raise Refused(INFECTED)
    logger.error("The antivirus gave no verdict.")
    raise Refused(NOT_SCANNED)
