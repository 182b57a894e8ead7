"""What does the app of representatives and delegates register with the layers below?"""

from django.apps import AppConfig


class DelegatesConfig(AppConfig):
    name = "delegates"
    verbose_name = "Representantes y delegados"
    admin_order = 10
