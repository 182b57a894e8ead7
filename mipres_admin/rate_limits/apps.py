"""How often something may be done: counters in one table."""

from django.apps import AppConfig


class RateLimitsConfig(AppConfig):
    name = "mipres_admin.rate_limits"
    verbose_name = "Límites de intentos"
