"""What do the cases of the events start from, and which row of history must each leave?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db.models import TextChoices

from accounts.models import Account
from entities.models import Entity, Sede
from roles.models import RegisteredUser
from tests import factories


@dataclass
class Scenario:
    """A delegate of an IPS with a sede, a registered user, a folder for files; other objects are created on demand."""

    delegate: Account
    sede: Sede
    user: RegisteredUser
    folder: Path

    @cached_property
    def natural(self) -> Account:
        """A natural person's own account."""
        return factories.make_natural()

    @cached_property
    def ministry(self) -> Account:
        """An account of the Ministry."""
        return Account.objects.create_superuser("MINSALUD01", factories.PASSWORD, email="soporte@minsalud.example")


@dataclass
class Expected:
    """A row that an action must leave; `also` are the events of its other rows."""

    obj: Any
    actor: Account | None
    entity: Entity | None
    before: Any = field(default_factory=dict)
    after: Any = field(default_factory=dict)
    also: tuple[TextChoices, ...] = ()
    reason: str = ""


Case = Callable[[Scenario], Iterator[Expected | None]]
CASES: dict[TextChoices, list[Case]] = {}


def case(event: TextChoices) -> Callable[[Case], Case]:
    """Register a generator that prepares, yields None, calls the action, and yields each row that it must leave."""

    def register(function: Case) -> Case:
        CASES.setdefault(event, []).append(function)
        return function

    return register


def by_delegate(scenario: Scenario, obj: Any, **values: Any) -> Expected:
    """A row by the delegate, in the history of their entity."""
    return Expected(obj, scenario.delegate, scenario.sede.entity, **values)


def by_nobody(scenario: Scenario, obj: Any, **values: Any) -> Expected:
    """A row in the history of the delegate's entity, by an unknown person or by a command."""
    return Expected(obj, None, scenario.sede.entity, **values)


def by_natural(scenario: Scenario, obj: Any, **values: Any) -> Expected:
    """A row by the natural person, who acts for no entity."""
    return Expected(obj, scenario.natural, None, **values)
