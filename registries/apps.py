"""The app that reads, previews, loads and undoes official registries; the apps above say what each one means."""

from django.apps import AppConfig


class RegistriesConfig(AppConfig):
    name = "registries"
    verbose_name = "Registros oficiales"
    admin_order = 50

    def ready(self) -> None:
        from mipres_admin.jobs import scheduling
        from registries import queue

        scheduling.register_queue(name="registry_loads", run_next=queue.run_next_load)
