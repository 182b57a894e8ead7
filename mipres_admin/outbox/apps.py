"""Mail that is written in a transaction and sent after it."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "mipres_admin.outbox"
    verbose_name = "Correo"
    admin_order = 80
