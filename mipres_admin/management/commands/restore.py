"""`manage.py restore FILE`: restore a backup into an empty database, and verify its history."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from mipres_admin.database.backup import restore


class Command(BaseCommand):
    help = "Restaura una copia de `backup` en una base de datos vacía y verifica la historia."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="ARCHIVO")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        restore(file)
        self.stdout.write("La copia está restaurada.")
        call_command("verify_history", stdout=self.stdout, stderr=self.stderr)
