"""How many calls a minute may a client of the web services make? Beyond that the response is 429."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from mipres_admin.in_flight import InFlight, TooManyInFlight
from mipres_admin.rate_limits.limiter import LeasedLimit, LimitReached
from tokens.services.errors import CallRefused

SLOW_CALLS = "Varias llamadas de la entidad no han terminado. Espere {seconds} segundos y repita esta."


class TooManyCalls(CallRefused):
    """429, with the seconds after which a call makes sense again."""

    def __init__(self, message: str, left: timedelta) -> None:
        wait = -(-left // timedelta(seconds=1))
        super().__init__(429, message.format(seconds=wait), headers={"Retry-After": str(wait)})


# calls take some milliseconds, and programs send many at once: any number waits, unless those before are slow
in_flight = InFlight(waiting=1_000)


@contextmanager
def place(entity: str) -> Iterator[None]:
    """Take one of the few places of an entity's calls in this process; raises TooManyCalls (429)."""
    try:
        with in_flight.place(entity):
            yield
    except TooManyInFlight:
        raise TooManyCalls(SLOW_CALLS, timedelta(seconds=5)) from None


@dataclass
class Limit(LeasedLimit):
    """So many calls a minute; `message` says why a call was refused."""

    message: str

    def acquire(self, value: str | None = None) -> None:
        """Take one call of `value`, or of the caller's networks; raises TooManyCalls (429) when there is none left."""
        try:
            super().acquire(value)
        except LimitReached as full:
            raise TooManyCalls(self.message, full.remaining) from None
