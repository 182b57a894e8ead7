"""Periodic jobs and queues, which the worker does."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mipres_admin.jobs"
    verbose_name = "Tareas del portal"
    admin_order = 90
