"""What does the Ministry's dashboard show, and to whom? Each app declares its panels in `panels.py`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model

from mipres_admin.backoffice.charts import Chart, DayChart, Figure


@dataclass(frozen=True)
class Fact:
    """A line of text: a label, its state, and whether somebody has to act."""

    label: str
    text: str
    is_alarm: bool = False


@dataclass(frozen=True)
class Content:
    """What a panel shows, in this order."""

    figures: tuple[Figure, ...] = ()
    facts: tuple[Fact, ...] = ()
    charts: tuple[Chart, ...] = ()
    days: tuple[DayChart, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One part of the dashboard, for who has any of its permissions; `content()` is called for each page.

    It makes few queries, each answered by an index.
    """

    slug: str
    title: str
    order: int
    permissions: tuple[str, ...]
    content: Callable[[], Content]


@dataclass(frozen=True)
class VisiblePanel:
    """A panel with its content."""

    slug: str
    title: str
    content: Content


_panels: dict[str, Panel] = {}


def register(*panels: Panel) -> None:
    """Show these panels on the dashboard. Raises ValueError for a slug that is registered already."""
    for panel in panels:
        if panel.slug in _panels:
            raise ValueError(f"There is a panel named {panel.slug}.")
        _panels[panel.slug] = panel


def panels_for(user: Any) -> Iterator[VisiblePanel]:
    """The panels that this person may see, in their order."""
    for panel in sorted(_panels.values(), key=lambda panel: panel.order):
        if any(user.has_perm(permission) for permission in panel.permissions):
            yield VisiblePanel(panel.slug, panel.title, panel.content())


def figure_of(label: str, value: int, model: type[Model], **lookups: object) -> Figure:
    """A figure whose list is the model's in the admin, narrowed by `lookups`."""
    page = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return Figure(label, value, page if admin.site.is_registered(model) else "", urlencode(lookups))
