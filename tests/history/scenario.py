"""Who and what does every action find, and which row of history must it leave?"""

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
    """A delegate of an IPS with a sede, a registered user, a folder for files; others are made when they are needed."""

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
    """A row that an action must leave; `obj` may be known only afterwards.

    `also` are the events of the other rows which the action records by design.
    """

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
    """A generator that prepares the scenario, yields None, acts, and yields each row of `event` that this leaves."""

    def register(function: Case) -> Case:
        CASES.setdefault(event, []).append(function)
        return function

    return register


def by_delegate(scenario: Scenario, obj: Any, **values: Any) -> Expected:
    """A row by the delegate, in the history of their entity."""
    return Expected(obj, scenario.delegate, scenario.sede.entity, **values)


def by_nobody(scenario: Scenario, obj: Any, **values: Any) -> Expected:
    """A row in the history of the delegate's entity, of somebody who did not show who they are, or of a command."""
    return Expected(obj, None, scenario.sede.entity, **values)


def by_natural(scenario: Scenario, obj: Any, **values: Any) -> Expected:
    """A row by the natural person, who acts for no entity."""
    return Expected(obj, scenario.natural, None, **values)
