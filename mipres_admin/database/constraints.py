"""How does a model say what is always true of its rows? Constraints, each with its name and the user's message."""

from collections.abc import Sequence
from typing import Any

from django.db.models import CheckConstraint, Choices, Q, UniqueConstraint

from mipres_admin.database.text import IsClean, IsCleanLines, IsEmail

SHA256 = r"^[0-9a-f]{64}$"
UNCLEAN = (
    "Los textos no deben tener caracteres que no se ven ni espacios de más, y los correos deben poder recibir mensajes."
)


def check(name: str, condition: Any, message: str) -> CheckConstraint:
    """Every row meets the condition."""
    return CheckConstraint(condition=condition, name=name, violation_error_message=message)


def clean(name: str, *fields: str, lines: Sequence[str] = (), emails: Sequence[str] = ()) -> CheckConstraint:
    """What people and registries write is stored clean (`mipres_admin.reading`): texts, texts of lines, e-mails."""
    conditions = (*map(IsClean, fields), *map(IsCleanLines, lines), *map(IsEmail, emails))
    return check(name, Q(*conditions), UNCLEAN)


def filled(name: str, field: str, message: str) -> CheckConstraint:
    """The text is not empty."""
    return check(name, ~Q((field, "")), message)


def known(name: str, field: str, choices: type[Choices], message: str) -> CheckConstraint:
    """The value is one of the choices."""
    return check(name, Q((f"{field}__in", choices.values)), message)


def matches(name: str, message: str, **patterns: str) -> CheckConstraint:
    """Each field matches its regular expression."""
    return check(name, Q(*((f"{field}__regex", pattern) for field, pattern in patterns.items())), message)


def unique(name: str, *fields: str, message: str, where: Q | None = None) -> UniqueConstraint:
    """No two rows have the same values in these fields, among those that meet a condition."""
    return UniqueConstraint(*fields, condition=where, name=name, violation_error_message=message)
