"""How does an app describe a registry so that it can be loaded? It subclasses and registers `Registry`."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from django.db.models import TextChoices

from mipres_admin.excel.headings import ExpectedColumn
from registries.loading.change_capture import TrackedTable


class Registry(ABC):
    """What one registry means: its columns, its rows, and the SQL that merges them.

    The staging table `registry_rows` holds `line` and the `staged` columns of the accepted rows. Every statement may
    use the parameters `today`, `closing_day` (the file's snapshot date, or today) and `rejected` (the keys
    that rejected rows may have, see `possible_keys`: nothing of them is closed).
    """

    kind: ClassVar[str]
    """Two to twenty lower-case letters, kept with each load."""
    label: ClassVar[str]
    event: ClassVar[TextChoices]
    columns: ClassVar[tuple[ExpectedColumn, ...]]
    staged: ClassVar[dict[str, str]]
    """Columns of the staging table and their types."""
    snapshot_date_sql: ClassVar[str] = "NULL::date"
    """SQL: the day on which the registry was taken, of a set of staged rows."""
    key_form: ClassVar[re.Pattern[str]]
    """Matches a whole key, as `absent` has it."""
    absent: ClassVar[str]
    """SELECT of what is open and not in the file: its key, its group or '', and 1 (0: nothing of it is closed here)."""
    refusals: tuple[str, ...] = ()
    """Statements that DELETE staged rows which the database cannot take, RETURNING line, reason and key."""
    open_rows: ClassVar[str]
    """Counts what is open before the load."""
    closings: ClassVar[tuple[str, ...]]
    """Statements that close what the file no longer has, RETURNING one text for each."""
    merges: ClassVar[dict[str, str]] = {}
    """Statements that come first, RETURNING merge_action(), and the word under which they are counted."""
    count_labels: ClassVar[dict[str, str]] = {}
    """What the counts of `merges` are called: each word with `_new` and with `_changed`."""
    changes: ClassVar[str]
    """SELECT of the staged rows that differ from the database, with their `state`: new, changed, reopened or same."""
    writes: ClassVar[tuple[str, ...]]
    """Statements that write `registry_changes` into the tables."""
    notices: ClassVar[dict[str, str]] = {}
    """Statements after the writes that name what an operator must know of, one text for each; they are listed and
    counted under the word, which `count_labels` explains."""
    tracked: ClassVar[tuple[TrackedTable, ...]] = ()
    """The tables that it writes, those referred to before those that refer; without them no load can be undone."""
    undo_obstacles: tuple[str, ...] = ()
    """Statements that DELETE from `registry_undo` rows that cannot be restored, RETURNING one text for each."""

    @abstractmethod
    def parse_row(self, cells: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        """The key and the staged values of one row. Raises Rejected."""

    @abstractmethod
    def key_cell(self, cells: Sequence[str]) -> str:
        """The cell of a rejected row that should have its key, as it is written."""

    def group(self, cells: Sequence[str]) -> str:
        """The group of which a rejected row with an uncertain key is one, as `absent` has it; "" when nobody knows."""
        return ""


_registries: dict[str, type[Registry]] = {}


def register(registry: type[Registry]) -> None:
    """Let the Ministry load a registry, and list it after those registered before."""
    _registries[registry.kind] = registry


def get_registry(kind: str) -> type[Registry]:
    """The registered registry of this kind. Raises KeyError when there is none."""
    return _registries[kind]


def registries() -> tuple[type[Registry], ...]:
    """Every registered registry, in the order of their registration."""
    return tuple(_registries.values())


def registry_choices() -> list[tuple[str, str]]:
    """Kind and label of every registered registry, as a form offers them."""
    return [(registry.kind, registry.label) for registry in registries()]


def registry_label(kind: str) -> str:
    """What a registry is called; its kind, when its app is gone."""
    return _registries[kind].label if kind in _registries else kind
