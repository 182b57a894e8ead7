"""`manage.py grant_application_role ROLE`: let a PostgreSQL role run the portal, unable to rewrite its history."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from mipres_admin.history.application_role import grant


class Command(BaseCommand):
    help = (
        "Da a un rol de PostgreSQL lo que el portal necesita para funcionar: leer y escribir sus tablas y solo agregar "
        "a la historia. Se ejecuta como el dueño de las tablas, después de cada migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", metavar="ROLE", help="el rol con el que se conectan el portal y su worker")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        grant(role)
        self.stdout.write(f"{role} puede ejecutar el portal y no puede reescribir la historia.")
