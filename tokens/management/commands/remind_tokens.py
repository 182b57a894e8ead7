"""Which delegates get a reminder that their token expires? `manage.py remind_tokens`, daily or more often."""

from typing import Any

from django.core.management import BaseCommand

from tokens.actions import send_expiry_reminders


class Command(BaseCommand):
    help = "Avisa por correo de los tokens que vencen en 30, 14, 7 y 1 días, una sola vez cada aviso."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Avisos de vencimiento: {send_expiry_reminders()}.")
