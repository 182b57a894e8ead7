"""How are people, accounts and what belongs to them searched, filtered and listed in the admin?"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from accounts.models import Account, Person, document_q
from entities.models import Entity
from mipres_admin.backoffice.admin_base import ModelAdmin, ReadOnlyAdmin


def filter_by_document(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Rows of the document in the words, with its type or without."""
    return rows.filter(document_q(words))


def filter_by_person(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Rows whose person matches the words."""
    return rows.filter(person__in=Person.objects.matching(words).values("pk"))


def accounts_matching(words: str) -> QuerySet[Account]:
    """Accounts whose login begins so, or whose person or entity matches the words.

    A union and not an OR, so that each side has its own index.
    """
    accounts = Account.objects.order_by()
    by_login = accounts.filter(login__startswith="".join(words.split()).upper()).values("pk")
    by_person = accounts.filter(person__in=Person.objects.matching(words).values("pk")).values("pk")
    by_entity = accounts.filter(entity__in=Entity.objects.matching(words).values("pk")).values("pk")
    return accounts.filter(pk__in=by_login.union(by_person, by_entity))


def filter_by_account(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Rows whose account matches the words."""
    return rows.filter(account__in=accounts_matching(words).values("pk"))


class DocumentColumn(ModelAdmin):
    """A list with the column "documento": type and number."""

    @admin.display(description="documento")
    def document(self, obj: Any) -> str:
        return f"{obj.document_type} {obj.document_number}"


class OfAccountAdmin(ReadOnlyAdmin):
    """What belongs to one account."""

    list_select_related = ("account", "account__person")
    search = staticmethod(filter_by_account)
    search_help_text = "Usuario (login), documento o nombres, nombre o NIT de la entidad."
    ordering = ("-pk",)
    sortable_by = ()
