"""Where does the request in hand come from? Its address and its own id, for the history and the log."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: its client address (None for a command) and its own id."""

    address: str | None = None
    request_id: str = ""


NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)
