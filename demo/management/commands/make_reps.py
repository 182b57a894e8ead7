"""How is an invented REPS made? `manage.py make_reps --rows 77000 --seed 1 reps.csv`."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.synthetic_reps import Inventor, write


class Command(BaseCommand):
    help = "Escribe un REPS inventado (CSV o xlsx), con las proporciones del real y sin datos de personas reales."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="ARCHIVO", help="archivo por escribir, .csv o .xlsx")
        parser.add_argument("--rows", type=int, default=77_000, help="número de sedes")
        parser.add_argument("--seed", type=int, default=1, help="la misma semilla escribe el mismo archivo")
        parser.add_argument(
            "--cut", type=date.fromisoformat, default=date(2026, 3, 12), help="fecha de corte, AAAA-MM-DD"
        )

    def handle(self, *args: Any, file: Path, rows: int, seed: int, cut: date, **options: Any) -> None:
        if rows < 1:
            raise CommandError("El número de filas debe ser 1 o más, por ejemplo --rows 1000.")
        try:
            write(file, Inventor(seed, cut).rows(rows))
        except OSError as error:
            raise CommandError(f"No se puede escribir {file}: {error.strerror}.") from error
        if options["verbosity"]:
            self.stdout.write(f"{rows} sedes inventadas en {file}")
