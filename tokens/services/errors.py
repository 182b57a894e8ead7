"""How does a web service refuse a call? With a status, a `Message` that names the cause, and sometimes `Errors`."""

from collections.abc import Sequence


class CallRefused(Exception):
    """A call of a web service whose response is an error in JSON."""

    def __init__(
        self, status: int, message: str, *, errors: Sequence[str] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = list(errors)
        self.headers = headers or {}


class BadToken(CallRefused):
    """401: not a valid token, or no longer."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message)
