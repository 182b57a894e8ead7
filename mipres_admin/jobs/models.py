"""When is each periodic job due?"""

from django.db import models
from django.db.models.functions import Now


class JobRun(models.Model):
    """When a periodic job of `mipres_admin.jobs.scheduling` is due; its row is locked while a worker runs it."""

    name = models.CharField("tarea", max_length=60, primary_key=True)
    due_at = models.DateTimeField("próxima vez", db_default=Now())
    last_run_at = models.DateTimeField("última vez", null=True, blank=True)
    last_error = models.CharField("último error", max_length=60, blank=True)

    class Meta:
        verbose_name = "tarea periódica"
        verbose_name_plural = "tareas periódicas"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
