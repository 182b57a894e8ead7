"""What does an operator read when the project's own PostgreSQL cannot run?"""

from django.core.management.base import CommandError
from django.db.utils import OperationalError

ADVICE = "To use a PostgreSQL of your own instead, set DATABASE_URL."


class ServerError(OperationalError, CommandError):
    """The project's own PostgreSQL cannot be used, and the message says what to do.

    It is an OperationalError, so that code for an absent database handles it too, and a CommandError, so that
    manage.py prints the paragraph and not a traceback.
    """

    def __init__(self, problem: str, details: str = "") -> None:
        paragraph = f"The project's own PostgreSQL cannot be used: {problem} {ADVICE}"
        super().__init__(f"{paragraph}\n{details}".rstrip())
