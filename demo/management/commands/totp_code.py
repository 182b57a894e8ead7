"""`manage.py totp_code KEY`: what an authenticator app would show, to try the portal without a phone."""

from argparse import ArgumentParser
from base64 import b32decode
from binascii import Error
from typing import Any

from django.core.management import BaseCommand, CommandError
from django_otp.oath import totp


class Command(BaseCommand):
    help = "Muestra el código de 6 números de la clave que la página de la aplicación de autenticación enseña."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", nargs="+", help="la clave, con o sin espacios")

    def handle(self, *args: Any, key: list[str], **options: Any) -> None:
        text = "".join(key).upper()
        try:
            secret = b32decode(text + "=" * (-len(text) % 8))
        except Error:
            raise CommandError("The key holds letters A to Z and digits 2 to 7, as the page shows it.") from None
        self.stdout.write(f"{totp(secret):06}")
