"""How is an invented Registro civil made? `manage.py make_civil_registry --rows 1000000 registro_civil.csv`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.synthetic_civil_registry import documents, write


class Command(BaseCommand):
    help = (
        "Escribe un Registro civil inventado (CSV): los documentos de las personas inventadas que el portal ya tiene, "
        "y otros más. Use una base de datos sin personas reales."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="ARCHIVO", help="archivo por escribir, .csv")
        parser.add_argument("--rows", type=int, default=1_000, help="documentos de personas que el portal no conoce")
        parser.add_argument("--seed", type=int, default=1, help="la misma semilla escribe las mismas personas")

    def handle(self, *args: Any, file: Path, rows: int, seed: int, **options: Any) -> None:
        try:
            written = write(file, documents(rows, seed))
        except OSError as error:
            raise CommandError(f"No se puede escribir {file}: {error.strerror}.") from error
        if options["verbosity"]:
            self.stdout.write(f"{written} documentos inventados en {file}")
