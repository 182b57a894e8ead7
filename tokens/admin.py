"""What does the Ministry see of tokens? Keys and tokens to read, and the servers that it lets ask about tokens."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import Account
from entities.models import Entity
from mipres_admin.desk import ActingAdmin, Also, DeskAct, ListOnlyAdmin, ReadOnlyAdmin
from tokens.actions import end_client, make_client, revoke_and_notify
from tokens.forms import ClientForm
from tokens.keys import seal, unseal
from tokens.models import (
    PortalToken,
    ServerClient,
    SigningKey,
    TemporaryToken,
    TokenReminder,
    TokenUse,
)
from tokens.panels import EXPIRED_DAYS, EXPIRING_DAYS

_NEW = "new_client"
SHOWN_WITHIN = timedelta(minutes=10)


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """Never the private half, encrypted as it is; keys change by `manage.py rotate_keys`."""

    list_display = ("kid", "state", "made_at", "current_at", "retired_at", "verifies_until")
    list_filter = ("state",)
    exclude = ("private_key",)


def _revoke(*, by: Account, thing: PortalToken, reason: str) -> bool:
    return revoke_and_notify(by=by, token=thing, reason=reason, template="token_revoked")


def _end(*, by: Account, thing: ServerClient, reason: str) -> bool:
    return end_client(by=by, client=thing, reason=reason)


def _tokens(rows: Any, words: str) -> QuerySet[Any]:
    entities = Entity.objects.matching(words).values("pk")
    found: QuerySet[Any] = rows.filter(Q(entity__in=entities) | Q(last_characters=words) | Q(fingerprint=words.lower()))
    return found


def _of_token(rows: Any, words: str) -> QuerySet[Any]:
    """What belongs to the tokens of an entity."""
    found: QuerySet[Any] = rows.filter(token__entity__in=Entity.objects.matching(words).values("pk"))
    return found


REVOKE = DeskAct(
    slug="revocar",
    label="Revocar token",
    warning=(
        "Los sistemas que lo usan dejan de entrar de inmediato, también con los tokens temporales pedidos con él. "
        "Los delegados de la entidad reciben un correo con el motivo. No se puede deshacer."
    ),
    permission="tokens.change_portaltoken",
    said="El token quedó revocado y los delegados de la entidad fueron avisados.",
    offered=lambda token: token.is_in_force(timezone.now()),
    do=_revoke,
)
END = DeskAct(
    slug="retirar",
    label="Retirar servidor",
    warning="Las llamadas del servidor con estas credenciales fallan de inmediato. No se puede deshacer.",
    permission="tokens.change_serverclient",
    said="El servidor quedó retirado: sus credenciales ya no valen.",
    offered=lambda client: client.ended_at is None,
    do=_end,
)


class ExpiryFilter(admin.SimpleListFilter):
    """The tokens that the dashboard counts: nothing has replaced them, and they end soon or have just ended."""

    title = "vencimiento"
    parameter_name = "vence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            *((str(days), f"Vencen en {days} días") for days in EXPIRING_DAYS),
            ("vencidos", f"Vencieron en los últimos {EXPIRED_DAYS} días"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now, value = timezone.now(), self.value()
        if value == "vencidos":
            return queryset & PortalToken.objects.expired_within(EXPIRED_DAYS, now)
        return queryset & PortalToken.objects.expiring_within(int(value), now) if value else queryset


@admin.register(PortalToken)
class PortalTokenAdmin(ActingAdmin):
    list_display = ("name", "last_characters", "entity", "scope", "issued_at", "expires_at", "ends_at", "revoked_at")
    list_filter = (ExpiryFilter, "scope")
    list_select_related = ("entity",)
    find = staticmethod(_tokens)
    search_help_text = "Nombre o NIT de la entidad, últimos caracteres del token, o su huella completa."
    also = (
        Also("Último uso", "tokens_tokenuse", "token__id__exact"),
        Also("Avisos de vencimiento", "tokens_tokenreminder", "token__id__exact"),
        Also("Tokens temporales", "tokens_temporarytoken", "token__id__exact"),
    )
    acts = (REVOKE,)


@admin.register(ServerClient)
class ServerClientAdmin(ActingAdmin):
    """Made here, with a secret that is shown once; nothing of it is edited."""

    list_display = ("name", "client_id", "scope", "made_by", "made_at", "ended_at")
    list_select_related = ("made_by",)
    search_fields = ("name", "client_id")
    exclude = ("digest",)
    acts = (END,)
    change_form_template = "admin/tokens/client_change_form.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may let servers in."""
        return request.user.has_perm("tokens.add_serverclient")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for name and scope, make the credentials, and go where the secret is shown once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ClientForm(request.POST or None, initial={"request_key": uuid.uuid4()})
        if request.method == "POST" and form.is_valid():
            client = _make_and_keep(request, form.cleaned_data)
            return redirect("admin:tokens_serverclient_change", client.pk)
        title = "Agregar servidor cliente"
        return self.page(request, "admin/tokens/add_client.html", {"title": title, "form": form, **_errors(form)})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The server; and its secret, this once, to whoever has just made it."""
        shown = {"secret": _shown_once(request, object_id)}
        return super().change_view(request, object_id, form_url, shown)


def _errors(form: forms.Form) -> dict[str, Any]:
    return {"errors": [error for errors in form.errors.values() for error in errors]}


def _make_and_keep(request: HttpRequest, asked: dict[str, Any]) -> ServerClient:
    """Make the credentials; the secret waits, encrypted, for the next page of this session (as a new token does)."""
    with transaction.atomic():
        client, secret = make_client(by=request.user, **asked)  # type: ignore[arg-type]
        if secret is not None:
            request.session[_NEW] = {"id": str(client.pk), "sealed": seal(secret, _NEW)}
            request.session.save()
    return client


def _shown_once(request: HttpRequest, object_id: str) -> str | None:
    """The secret of the server that this session has just made; None at every later look."""
    kept = request.session.get(_NEW) if request.method == "GET" else None
    if kept is None or kept["id"] != object_id:
        return None
    del request.session[_NEW]
    return unseal(kept["sealed"], _NEW, max_age=SHOWN_WITHIN)


# ---------------------------------------------------------------- what the services keep


class OfTokenAdmin(ReadOnlyAdmin):
    """What belongs to one portal token."""

    list_select_related = ("token__entity",)
    find = staticmethod(_of_token)
    search_help_text = "Nombre o NIT de la entidad."
    ordering = ("-pk",)
    sortable_by = ()

    @admin.display(description="entidad")
    def entity(self, thing: Any) -> Entity:
        """Whose token it is."""
        return thing.token.entity  # type: ignore[no-any-return]


@admin.register(TokenUse)
class TokenUseAdmin(OfTokenAdmin):
    list_display = ("token", "entity", "at", "service", "address")
    list_filter = ("service",)
    fields = ("token", "entity", "at", "service", "address")


@admin.register(TokenReminder)
class TokenReminderAdmin(OfTokenAdmin):
    list_display = ("token", "entity", "days", "sent_at")
    list_filter = ("days",)
    fields = ("token", "entity", "days", "sent_at")


@admin.register(TemporaryToken)
class TemporaryTokenAdmin(OfTokenAdmin, ListOnlyAdmin):
    """Never the hash, which is also the key of the row."""

    list_display = fields = ("token", "entity", "service", "issued_at", "expires_at")
    list_filter = ("service",)
    ordering = ("-expires_at",)
