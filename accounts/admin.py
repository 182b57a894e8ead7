"""What does the Ministry decide about accounts? From when on the delegates of a kind must have a second factor."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.actions.second_factor import require_factor
from accounts.models import Account
from accounts.security.models import SecondFactorPolicy
from accounts.staff import admin as staff_admin  # noqa: F401  registers the Ministry's people and their groups
from mipres_admin.desk import ModelAdmin


@admin.register(SecondFactorPolicy)
class SecondFactorPolicyAdmin(ModelAdmin):
    """Each change goes through the action, which writes it down."""

    list_display = ("kind", "compulsory_from")
    ordering = ("kind",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The kind is the row's name."""
        return ("kind",) if obj else ()

    def _set(self, request: HttpRequest, kind: str, since: date | None) -> None:
        assert isinstance(request.user, Account)  # noqa: S101  narrows the type
        require_factor(by=request.user, kind=kind, since=since)

    def save_model(self, request: HttpRequest, obj: SecondFactorPolicy, form: Any, change: bool) -> None:
        """From that day on."""
        self._set(request, obj.kind, obj.compulsory_from)

    def delete_model(self, request: HttpRequest, obj: SecondFactorPolicy) -> None:
        """Optional again."""
        self._set(request, obj.kind, None)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SecondFactorPolicy]) -> None:
        """Each of the chosen ones."""
        for policy in queryset:
            self.delete_model(request, policy)
