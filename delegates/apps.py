"""Who is this app? The chain from legal representative to working delegate; the demonstration."""

from django.apps import AppConfig


class DelegatesConfig(AppConfig):
    name = "delegates"
    verbose_name = "Representantes y delegados"
    admin_order = 10
