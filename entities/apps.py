"""Who is this app? Entities, their sedes, DIVIPOLA and REPS."""

from datetime import timedelta

from django.apps import AppConfig


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = "Entidades, sedes y registros oficiales"

    def ready(self) -> None:
        from entities import panels, permissions
        from entities.events import GROUPS, LABELS, REASON_REQUIRED, WORDS, Event
        from entities.registry import queue, registries
        from entities.registry.eps import Eps
        from entities.registry.reps import Reps
        from mipres_admin import dashboard, event_registry, groups, jobs

        registries.register(Reps)
        registries.register(Eps)
        jobs.register_queue(name="registry_loads", take=queue.take)
        jobs.register(name="forget_registry_files", every=timedelta(hours=1), function=queue.forget)
        event_registry.register(Event, groups=GROUPS, reason_required=REASON_REQUIRED, labels=LABELS, words=WORDS)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
