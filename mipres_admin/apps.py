"""Who is this app? The frame: history, access declarations, shared parts."""

from datetime import timedelta

from django.apps import AppConfig


class FrameConfig(AppConfig):
    name = "mipres_admin"
    verbose_name = "Historia, correo y tareas"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from mipres_admin import (  # noqa: F401  checks and paper register system checks
            chain,
            checks,
            dashboard,
            delivery,
            event_registry,
            groups,
            jobs,
            panels,
            paper,
            permissions,
            rate_limits,
        )
        from mipres_admin.events import GROUPS, LABELS, REASON_REQUIRED, WORDS, Event

        jobs.register(name="forget_settled_mail", every=timedelta(hours=1), function=delivery.forget_settled)
        jobs.register(name="sweep_rate_counters", every=timedelta(hours=1), function=rate_limits.sweep)
        jobs.register(name="seal_history", every=timedelta(hours=1), function=chain.seal)
        event_registry.register(Event, groups=GROUPS, reason_required=REASON_REQUIRED, labels=LABELS, words=WORDS)
        dashboard.register(*panels.PANELS)
        groups.register(*permissions.PERMISSIONS)
        post_migrate.connect(groups.sync_groups, sender=self)
