"""How does a list of the admin take a filter from its address? Only with a value that the filter offers."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class ChoiceFilter(admin.SimpleListFilter):
    """A filter whose value is one of its `lookups()`, or None: any other that an address names counts as none."""

    def value(self) -> str | None:
        value = super().value()
        return value if value in {str(choice) for choice, _ in self.lookup_choices} else None


class BooleanFilter(ChoiceFilter):
    """A filter by a boolean that may be an annotation; the first option is true."""

    field: str
    options = (("si", "Sí"), ("no", "No"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.options)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value, (true, _) = self.value(), self.options[0]
        return queryset.filter(**{self.field: value == true}) if value else queryset
