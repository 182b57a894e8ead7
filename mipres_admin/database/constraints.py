"""How does a model say what is always true of its rows? Constraints, each with its name and the user's message."""

from typing import Any

from django.db.models import CheckConstraint, Choices, Q, UniqueConstraint

SHA256 = r"^[0-9a-f]{64}$"


def check(name: str, condition: Any, message: str) -> CheckConstraint:
    """Every row meets the condition."""
    return CheckConstraint(condition=condition, name=name, violation_error_message=message)


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
