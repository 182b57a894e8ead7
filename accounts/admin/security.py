"""What does the Ministry see of second factors and sessions? That they are there; never what opens an account."""

from django.contrib import admin

from accounts.admin.search import OfAccountAdmin
from accounts.models.second_factors import AuthenticatorApp, Passkey
from accounts.models.sessions import AccountSession


@admin.register(AuthenticatorApp)
class AuthenticatorAppAdmin(OfAccountAdmin):
    """Never its seed."""

    list_display = ("account", "name", "added_at", "last_used_at")
    fields = ("account", "name", "added_at", "last_used_at")


@admin.register(Passkey)
class PasskeyAdmin(OfAccountAdmin):
    """Never its keys or identifiers."""

    list_display = ("account", "name", "added_at", "last_used_at")
    fields = ("account", "name", "added_at", "last_used_at")


@admin.register(AccountSession)
class AccountSessionAdmin(OfAccountAdmin):
    """Never what a browser shows to be in it; sessions end on the page of the account."""

    list_display = ("account", "device", "address", "verified_by", "started_at", "last_seen_at", "ended_at")
    list_filter = ("verified_by", ("ended_at", admin.EmptyFieldListFilter))
    fields = ("account", "device", "address", "verified_by", "started_at", "last_seen_at", "ended_at")
