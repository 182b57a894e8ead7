"""What happened to each row? The counts of a load, its rejected rows, and how both are told to the operator."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from mipres_admin.formatting import format_number
from registries.loading.errors import Rejection

LISTED = 50

ROW_LABELS = {
    "new": "nuevas",
    "changed": "cambiadas",
    "reopened": "reabiertas",
    "closed": "cerradas",
    "same": "sin cambio",
    "rejected": "rechazadas",
}


class Obstacle(NamedTuple):
    """Why a file is not loaded as it is, and the option (of `loading.Options`) that would load it all the same."""

    option: str
    cause: str


@dataclass
class Report:
    """The story of one load."""

    title: str
    file_name: str
    snapshot_date: date | None = None
    read: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    closed: list[str] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    samples: dict[str, Any] = field(default_factory=dict)
    """The first rows that are new or changed, as `changes.samples` shows them."""

    def totals(self) -> dict[str, int]:
        """How many rows had each end, every end named; then whatever else the registry counts."""
        ends = {end: self.counts[end] for end in ROW_LABELS}
        ends |= {"rejected": len(self.rejections), "closed": len(self.closed)}
        ends["same"] = self.read - sum(ends[end] for end in ("new", "changed", "reopened", "rejected"))
        return ends | {name: count for name, count in self.counts.items() if name not in ROW_LABELS}

    def text(self, labels: Mapping[str, str]) -> str:
        """The summary that the operator reads; `labels` are those of the counts."""
        cut = f", corte {self.snapshot_date:%Y-%m-%d}" if self.snapshot_date else ""
        counts = [f"  {labels.get(name, name):<22}{format_number(count):>9}" for name, count in self.totals().items()]
        return "\n".join((f"{self.title}: {self.file_name}{cut}", *counts, *self._closed(), *self.rejected_lines()))

    def rejected_lines(self) -> list[str]:
        """The first rejected rows, one a line, in the order of the file."""
        if not self.rejections:
            return []
        return ["Filas rechazadas:", *_listed([f"  {row}" for row in sorted(self.rejections)])]

    def _closed(self) -> list[str]:
        return ["Cerradas:", *_listed([f"  {code}" for code in sorted(self.closed)])] if self.closed else []


def _listed(lines: list[str]) -> list[str]:
    rest = len(lines) - LISTED
    return [*lines[:LISTED], f"  … y {format_number(rest)} más."] if rest > 0 else lines


def write_rejections(path: Path, rejections: Iterable[Rejection]) -> None:
    """Write every rejected row as CSV: line and reason."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("linea", "motivo"))
        writer.writerows((row.line, row.reason) for row in sorted(rejections))
