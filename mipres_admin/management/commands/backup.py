"""`manage.py backup FILE`: the whole database in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from mipres_admin.database.backup import backup


class Command(BaseCommand):
    help = "Guarda toda la base de datos en un archivo de pg_dump (formato custom)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="ARCHIVO")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        size = backup(file)
        self.stdout.write(f"{file}: {size:,} bytes. Guárdelo cifrado y aparte: contiene datos personales.")
