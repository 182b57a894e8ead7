"""What does the Ministry see of the sessions of accounts? Sessions end on the page of the account."""

from django.contrib import admin

from accounts.admin.list_helpers import OfAccountAdmin
from accounts.models import AccountSession


@admin.register(AccountSession)
class AccountSessionAdmin(OfAccountAdmin):
    # never the key by which a browser is in the session
    list_display = ("account", "device", "address", "verified_by", "started_at", "last_seen_at", "ended_at")
    list_filter = ("verified_by", ("ended_at", admin.EmptyFieldListFilter))
    fields = ("account", "device", "address", "verified_by", "started_at", "last_seen_at", "ended_at")
