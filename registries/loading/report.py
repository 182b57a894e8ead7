"""What happened to each row of a load, in counts, closed and rejected rows, and how does the operator read it?"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from mipres_admin.formatting import format_number
from registries.loading.effects import effects
from registries.loading.errors import Rejection
from registries.registry import registries

MAX_LISTED = 50

ROW_LABELS = {
    "new": "nuevas",
    "changed": "cambiadas",
    "reopened": "reabiertas",
    "closed": "cerradas",
    "same": "sin cambio",
    "rejected": "rechazadas",
}


def count_labels() -> dict[str, str]:
    """What each count of a load is called, in the order in which they are shown."""
    labels = ROW_LABELS | {"retained": "sin cerrar por dudas"}
    for registry in registries():
        labels |= registry.count_labels
    for effect in effects():
        labels |= effect.count_labels
    return labels


class Obstacle(NamedTuple):
    """Why a file is not loaded as it is, and the option (of `loader.Options`) that would load it all the same."""

    option: str
    cause: str


@dataclass
class Report:
    """What one load does or did."""

    title: str
    file_name: str
    snapshot_date: date | None = None
    read: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    closed: list[str] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What to know before it is applied: how much closes and ends, and what does not."""
    samples: dict[str, Any] = field(default_factory=dict)
    """The first rows that are new or changed, from `change_capture.samples`."""

    notices: dict[str, list[str]] = field(default_factory=dict)
    """What `Registry.notices` named, by their words."""

    def totals(self) -> dict[str, int]:
        """How many rows are new, changed and so on, zeros too; then what else the registry counts."""
        totals = {name: self.counts[name] for name in ROW_LABELS}
        totals |= {"rejected": len(self.rejections), "closed": len(self.closed)}
        totals["same"] = self.read - sum(totals[name] for name in ("new", "changed", "reopened", "rejected"))
        return totals | {name: count for name, count in self.counts.items() if name not in ROW_LABELS}

    def text(self, labels: Mapping[str, str]) -> str:
        """The summary that the operator reads; `labels` are those of the counts."""
        snapshot = f", corte {self.snapshot_date:%Y-%m-%d}" if self.snapshot_date else ""
        counts = [f"  {labels.get(name, name):<60}{format_number(count):>9}" for name, count in self.totals().items()]
        return "\n".join(
            (
                f"{self.title}: {self.file_name}{snapshot}",
                *counts,
                *self._notice_lines(labels),
                *self._closed_lines(),
                *self.rejected_lines(),
            )
        )

    def rejected_lines(self) -> list[str]:
        """The first rejected rows, one a line, in the order of the file."""
        if not self.rejections:
            return []
        return ["Filas rechazadas:", *_listed([f"  {row}" for row in sorted(self.rejections)])]

    def _notice_lines(self, labels: Mapping[str, str]) -> list[str]:
        return [
            line
            for word, texts in self.notices.items()
            for line in (f"{labels.get(word, word).capitalize()}:", *_listed([f"  {text}" for text in texts]))
        ]

    def _closed_lines(self) -> list[str]:
        return ["Cerradas:", *_listed([f"  {code}" for code in sorted(self.closed)])] if self.closed else []


def _listed(lines: list[str]) -> list[str]:
    rest = len(lines) - MAX_LISTED
    return [*lines[:MAX_LISTED], f"  … y {format_number(rest)} más."] if rest > 0 else lines


def write_rejections(path: Path, rejections: Iterable[Rejection]) -> None:
    """Write every rejected row as CSV: line and reason."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("linea", "motivo"))
        writer.writerows((row.line, row.reason) for row in sorted(rejections))
