"""What can be wrong with a file, and with one of its rows?"""

from collections.abc import Sequence
from typing import NamedTuple

from mipres_admin.formatting import one_point


class Rejection(NamedTuple):
    """A row that was not loaded: its line in the file and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return one_point(f"línea {self.line}: {self.reason}.")


class Rejected(Exception):
    """One row is refused and the others go on; the text, in Spanish, is the reason."""


class RegistryError(Exception):
    """The whole file is refused and nothing has changed; the text, in Spanish, is for the operator."""

    def __init__(self, message: str, rejections: Sequence[Rejection] = ()) -> None:
        super().__init__(message)
        self.rejections = rejections
