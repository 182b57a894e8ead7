"""What is a web service told that has made too many calls in a minute?"""

from dataclasses import dataclass
from datetime import timedelta

from mipres_admin.rate_limits.limiter import LeasedLimit, LimitReached
from tokens.services.errors import CallRefused


class TooManyCalls(CallRefused):
    """429, with the seconds after which a call makes sense again."""

    def __init__(self, message: str, left: timedelta) -> None:
        wait = -(-left // timedelta(seconds=1))
        super().__init__(429, message.format(seconds=wait), headers={"Retry-After": str(wait)})


@dataclass
class Limit(LeasedLimit):
    """So many calls a minute; `message` says why a call was refused."""

    message: str

    def take(self, value: str) -> None:
        """Take one call; raises TooManyCalls (429) when the minute has none left."""
        try:
            super().take(value)
        except LimitReached as full:
            raise TooManyCalls(self.message, full.left) from None
