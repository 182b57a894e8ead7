"""Who and what does every action find, and which row must it leave?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from accounts.models import Account, RegisteredUser
from entities.models import Entity, Sede
from tests import cast


@dataclass
class Stage:
    """A delegate of an IPS with a sede, a registered user, a folder for files; others come when they are asked for."""

    delegate: Account
    sede: Sede
    user: RegisteredUser
    folder: Path

    @cached_property
    def natural(self) -> Account:
        """A natural person's own account."""
        return cast.make_natural()

    @cached_property
    def ministry(self) -> Account:
        """An account of the Ministry."""
        return Account.objects.create_superuser("MINSALUD01", cast.PASSWORD, email="soporte@minsalud.example")


@dataclass
class Expected:
    """A row that an action must leave, beside its act; `thing` may be known only afterwards.

    `beside` are the acts of the other rows which the action writes by design.
    """

    thing: Any
    actor: Account | None
    entity: Entity | None
    before: Any = field(default_factory=dict)
    after: Any = field(default_factory=dict)
    beside: tuple[str, ...] = ()


Deed = Callable[[Stage], Iterator[Expected | None]]
TABLE: dict[str, list[Deed]] = {}


def act(name: str) -> Callable[[Deed], Deed]:
    """A generator that prepares the stage, yields None, does the deed and yields each row of `name` that it leaves."""

    def note(deed: Deed) -> Deed:
        TABLE.setdefault(name, []).append(deed)
        return deed

    return note


def of_delegate(stage: Stage, thing: Any, **written: Any) -> Expected:
    """A row by the delegate, in the history of his entity."""
    return Expected(thing, stage.delegate, stage.sede.entity, **written)


def by_nobody(stage: Stage, thing: Any, **written: Any) -> Expected:
    """A row in the history of the delegate's entity, of somebody who did not show who he is, or of a command."""
    return Expected(thing, None, stage.sede.entity, **written)


def of_natural(stage: Stage, thing: Any, **written: Any) -> Expected:
    """A row by the natural person, who acts for no entity."""
    return Expected(thing, stage.natural, None, **written)
