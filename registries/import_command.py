"""How does a management command load a registry's file? The base class of all `import_…` commands."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar, TextIO

from django.core.management.base import BaseCommand, CommandError

from registries.loading.errors import RegistryError
from registries.loading.loader import REMEDIES, Announce, Options, load_file, load_of, preview_file
from registries.loading.report import Report, count_labels, write_rejections
from registries.registry import Registry

WIDTH = 30


class RegistryCommand(BaseCommand):
    """`manage.py import_… FILE`: loads the file whole or not at all, and says what happened to its rows."""

    registry: ClassVar[type[Registry]]
    default_file: ClassVar[Path | None] = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        optional: dict[str, Any] = {"nargs": "?", "default": self.default_file} if self.default_file else {}
        parser.add_argument("file", type=Path, metavar="ARCHIVO", help="CSV en UTF-8 o libro .xlsx", **optional)
        parser.add_argument("--strict", action="store_true", help="no cargar nada si alguna fila se rechaza")
        parser.add_argument("--force", action="store_true", help="cargar aunque el corte sea anterior al ya cargado")
        parser.add_argument(
            "--allow-closing",
            action="store_true",
            help="cargar aunque cierre más del 1 %% de lo abierto o termine más del 1 %% de los roles vigentes",
        )
        parser.add_argument("--preview", action="store_true", help="decir qué haría, sin cambiar nada")
        parser.add_argument("--rejected", type=Path, metavar="CSV", help="escribir allí todas las filas rechazadas")

    def handle(self, *args: Any, file: Path, preview: bool, rejected: Path | None, **options: Any) -> None:
        if rejected and not rejected.parent.is_dir():
            raise CommandError(f"La carpeta {rejected.parent} no existe: créela o elija otra para --rejected.")
        progress = ProgressLine(sys.stderr)
        try:
            chosen = Options(**{name: options[name] for name in ("strict", "force", "allow_closing")})
            announce = self.stdout.write if options["verbosity"] else len
            work = self._preview if preview else self._load
            report = work(file, progress, chosen, announce)
        except RegistryError as error:
            if rejected:
                write_rejections(rejected, error.rejections)
            raise CommandError(str(error)) from error
        finally:
            progress.clear()
        if rejected:
            write_rejections(rejected, report.rejections)
        if options["verbosity"]:
            self.stdout.write(report.text(count_labels()))

    def _load(self, file: Path, progress: "ProgressLine", options: Options, announce: Announce) -> Report:
        return load_file(self.registry(), file, options, progress, announce=announce)

    def _preview(self, file: Path, progress: "ProgressLine", options: Options, announce: Announce) -> Report:
        registry = self.registry()
        report = preview_file(registry, file, progress, load_of(registry, file))
        for note in report.notes:
            announce(note)
        for option, cause in report.obstacles:
            if not options.allows(option):
                announce(f"No se cargaría así: {cause} {REMEDIES[option]}")
        return report


class ProgressLine:
    """One line on a terminal, rewritten as the file is read; nothing anywhere else."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.shown = stream.isatty()

    def __call__(self, rows: int, done: float) -> None:
        """Draw how much of the file has been read."""
        if self.shown:
            bar = "█" * round(done * WIDTH)
            self.stream.write(f"\r{bar:░<{WIDTH}} {done:4.0%} {rows} filas")
            self.stream.flush()

    def clear(self) -> None:
        if self.shown:
            self.stream.write("\r\033[K")
            self.stream.flush()
