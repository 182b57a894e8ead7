"""`manage.py reset_second_factor LOGIN`: for a person who has lost the phone, the key and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts.actions.second_factor import reset_factors
from accounts.models import Account
from mipres_admin.reading.text import clean_text


class Command(BaseCommand):
    help = (
        "Retira los segundos factores y los códigos de recuperación de una cuenta, después de comprobar quién lo pide."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", help="usuario (login) de la cuenta")

    def handle(self, *args: Any, login: str, **options: Any) -> None:
        account = Account.objects.select_related("entity", "person").filter(login=clean_text(login).upper()).first()
        if account is None:
            raise CommandError(f"No account has the login {login.upper()}.")
        removed = reset_factors(account=account, by=None)
        self.stdout.write(f"{account.login}: segundos factores retirados: {removed}.")
