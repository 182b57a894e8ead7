"""How does a web service say no? With a status, a `Message` that names the real cause, and sometimes `Errors`."""

from collections.abc import Sequence


class CallRefused(Exception):
    """A call of a web service that is answered with an error, as JSON."""

    def __init__(
        self, status: int, message: str, *, errors: Sequence[str] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = list(errors)
        self.headers = headers or {}


class BadToken(CallRefused):
    """401: the token is none, or not one that counts (any more)."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message)
