"""How are the signing keys rotated? `manage.py rotate_keys`: next to current, current to retired, a new next."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from mipres_admin.refusals import Refused
from tokens.signing.keys import rotate_keys


class Command(BaseCommand):
    help = "Rota las llaves que firman los tokens; los tokens vigentes siguen valiendo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="rota aunque la llave siguiente lleve menos de una hora publicada"
        )

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        try:
            kids = rotate_keys(force=force)
        except Refused as refused:
            raise CommandError(f"{refused.refusal.cause} {refused.refusal.remedy}") from None
        self.stdout.write("Llave retirada {retired}, actual {current}, siguiente {next}.".format(**kids))
