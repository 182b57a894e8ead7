"""How often something may be done: counters in one table."""

from datetime import timedelta

from django.apps import AppConfig


class RateLimitsConfig(AppConfig):
    name = "mipres_admin.rate_limits"
    verbose_name = "Límites de intentos"

    def ready(self) -> None:
        from mipres_admin.jobs import scheduling
        from mipres_admin.rate_limits import limiter

        scheduling.register(name="sweep_rate_counters", every=timedelta(hours=1), function=limiter.sweep)
