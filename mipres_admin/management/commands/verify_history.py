"""`manage.py verify_history`: is the history what the portal wrote? Exit status 1 when it is not."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mipres_admin.history import chain
from mipres_admin.history.models import HistoryLink

SHOWN = 50


class Command(BaseCommand):
    help = "Recorre la cadena de la historia y dice si alguien cambió, borró o insertó actos por fuera del portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--last-link", metavar="ESLABÓN", help="la última línea de una verificación anterior, guardada aparte"
        )

    def handle(self, *args: Any, last_link: str | None, **options: Any) -> None:
        found = [str(discrepancy) for discrepancy in chain.discrepancies()]
        if last_link and not chain.contains_link(last_link):
            found.append(f"la cadena ya no tiene el eslabón guardado ({last_link}): se borró el final de la historia")
        if found:
            for line in found[:SHOWN]:
                self.stderr.write(line)
            raise CommandError(f"La historia no es la que escribió el portal: {len(found)} diferencias.")
        sealed = chain.seal_past_days()
        self.stdout.write(
            f"La historia está completa: {HistoryLink.objects.count()} actos, {sealed} días sellados ahora."
        )
        self.stdout.write(chain.last_link())
