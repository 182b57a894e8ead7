"""May a note be written about a sede, and if not, why and what now?"""

from entities.models import Sede
from mipres_admin.refusals import Refusal


def note_refusal(sede: Sede) -> Refusal | None:
    """Why nobody may write a note about the sede; None when they may."""
    if sede.closed_on is None:
        return None
    return Refusal("No puede escribir notas porque la sede está cerrada.", "Elija otra sede.")
