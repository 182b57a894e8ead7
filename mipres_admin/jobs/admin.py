"""What does the Ministry see of the periodic jobs?"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mipres_admin.backoffice.admin_base import ReadOnlyAdmin, column
from mipres_admin.backoffice.filters import ChoiceFilter
from mipres_admin.jobs import scheduling
from mipres_admin.jobs.models import JobRun


class ErrorFilter(ChoiceFilter):
    """The jobs of this version of the portal that failed the last time."""

    title = "resultado"
    parameter_name = "con_error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("si", "Con error")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(name__in=scheduling.names()).exclude(last_error="") if self.value() else queryset


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    list_filter = (ErrorFilter,)
    list_display = ("name", "last_run_at", "due_at", "failed")
    fields = list_display
    failed = column("falló la última vez", lambda run: "Sí" if run.last_error else "No")
