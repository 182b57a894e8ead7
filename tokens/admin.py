"""What can the Ministry view and do in the admin with signing keys, tokens and client servers?"""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Account
from entities.models import Entity
from mipres_admin.backoffice.admin_base import (
    ListOnlyAdmin,
    NewestFirst,
    ObjectAction,
    ObjectActionsAdmin,
    ReadOnlyAdmin,
    RelatedList,
    column,
    register_related_lists,
)
from mipres_admin.backoffice.filters import ChoiceFilter
from tokens import one_time_display
from tokens.actions import create_client, end_client, revoke_and_notify
from tokens.forms import ClientForm
from tokens.models import PortalToken, ServerClient, SigningKey, TemporaryToken, TokenUse
from tokens.panels import EXPIRED_DAYS, EXPIRING_DAYS


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """Without the private key, even encrypted; keys are rotated by `manage.py rotate_keys`."""

    list_display = ("kid", "state", "created_at", "current_at", "retired_at", "verifies_until")
    list_filter = ("state",)
    exclude = ("private_key",)


def _search_tokens(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    entities = Entity.objects.matching(words).values("pk")
    return rows.filter(Q(entity__in=entities) | Q(last_characters=words) | Q(fingerprint=words.lower()))


def _search_by_entity(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(token__entity__in=Entity.objects.matching(words).values("pk"))


REVOKE = ObjectAction(
    slug="revocar",
    label="Revocar token",
    confirmation=(
        "Los sistemas que lo usan dejan de entrar de inmediato, también con los tokens temporales pedidos con él. "
        "Los delegados de la entidad reciben un correo con el motivo. No se puede deshacer."
    ),
    permission="tokens.change_portaltoken",
    success_message="El token quedó revocado y los delegados de la entidad fueron avisados.",
    is_available=lambda token: token.is_current(timezone.now()),
    perform=partial(revoke_and_notify, template="token_revoked"),
    argument="token",
)
END = ObjectAction(
    slug="retirar",
    label="Retirar servidor",
    confirmation="Las llamadas del servidor con estas credenciales fallan de inmediato. No se puede deshacer.",
    permission="tokens.change_serverclient",
    success_message="El servidor quedó retirado: sus credenciales ya no valen.",
    is_available=lambda client: client.ended_at is None,
    perform=end_client,
    argument="client",
)


class ExpiryFilter(ChoiceFilter):
    """The tokens that the dashboard counts: not replaced, and about to expire or just expired."""

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
class PortalTokenAdmin(ObjectActionsAdmin):
    list_display = ("name", "last_characters", "entity", "scope", "issued_at", "expires_at", "ends_at", "revoked_at")
    list_filter = (ExpiryFilter, "scope")
    list_select_related = ("entity",)
    search = staticmethod(_search_tokens)
    search_help_text = "Nombre o NIT de la entidad, últimos caracteres del token, o su huella completa."
    object_actions = (REVOKE,)


register_related_lists(Account, RelatedList("Tokens que generó", PortalToken, "issued_by__id__exact", 50))
register_related_lists(Entity, RelatedList("Tokens", PortalToken, "entity__id__exact", 60))
register_related_lists(
    PortalToken,
    RelatedList("Último uso", TokenUse, "token__id__exact", 10),
    RelatedList("Tokens temporales", TemporaryToken, "token__id__exact", 30),
)


@admin.register(ServerClient)
class ServerClientAdmin(ObjectActionsAdmin):
    """Created here, with a secret that is shown once; never edited."""

    list_display = ("name", "client_id", "scope", "created_by", "created_at", "ended_at")
    list_select_related = ("created_by",)
    search_fields = ("name", "client_id")
    exclude = ("digest",)
    object_actions = (END,)
    change_form_template = "admin/tokens/client_change_form.html"

    add_permission = "tokens.add_serverclient"
    add_form = ClientForm
    add_title = "Agregar servidor cliente"
    add_template = "admin/tokens/add_client.html"

    def add_object(self, request: Any, form: ClientForm) -> ServerClient:
        """Create the credentials; the next page shows the secret."""
        with transaction.atomic():
            client, secret = create_client(by=request.user, **form.cleaned_data)
            if secret is not None:
                one_time_display.store(request, "new_client", object_id=str(client.pk), secret=secret)
        return client

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        new = one_time_display.pop(request, "new_client", object_id=object_id)
        return super().change_view(request, object_id, form_url, {"secret": new and new[1]})


# ---------------------------------------------------------------- records of the services


class TokenRecordAdmin(NewestFirst, ReadOnlyAdmin):
    """Rows that belong to a portal token."""

    list_select_related = ("token__entity",)
    search = staticmethod(_search_by_entity)
    search_help_text = "Nombre o NIT de la entidad."
    entity = column("entidad", lambda record: record.token.entity)


@admin.register(TokenUse)
class TokenUseAdmin(TokenRecordAdmin):
    list_display = ("token", "entity", "at", "service", "address")
    list_filter = ("service",)
    fields = ("token", "entity", "at", "service", "address")


@admin.register(TemporaryToken)
class TemporaryTokenAdmin(TokenRecordAdmin, ListOnlyAdmin):
    """Without the hash, which is also the primary key."""

    list_display = fields = ("token", "entity", "service", "issued_at", "expires_at")
    list_filter = ("service",)
    ordering = ("-expires_at",)
