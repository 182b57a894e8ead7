"""What does the Ministry see of tokens? Keys and tokens to read, and the servers that it lets ask about tokens."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from mipres_admin.admin import ReadOnlyAdmin
from tokens.actions import end_client, make_client, revoke_and_tell
from tokens.forms import ClientForm, ReasonForm
from tokens.keys import seal, unseal
from tokens.models import PortalToken, ServerClient, SigningKey

_NEW = "new_client"
SHOWN_WITHIN = timedelta(minutes=10)


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """Never the private half, encrypted as it is; keys change by `manage.py rotate_keys`."""

    list_display = ("kid", "state", "made_at", "current_at", "retired_at", "verifies_until")
    list_filter = ("state",)
    exclude = ("private_key",)


class EndedWithAReason(ReadOnlyAdmin):
    """A window with one deed: to end the thing, for a reason that is asked for on a page of its own."""

    change_form_template = "admin/tokens/ending_change_form.html"
    deed = ""  # the words of its button
    warning = ""
    permission = ""
    said = ""

    def is_in_force(self, thing: Any) -> bool:
        """Whether there is something to end."""
        raise NotImplementedError

    def end(self, request: HttpRequest, thing: Any, reason: str) -> bool:
        """End it, by the action that everybody uses; whether it was in force."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """The admin's, and that of the deed."""
        view = self.admin_site.admin_view(self.ending)
        return [path("<int:pk>/terminar/", view, name=f"{self._stem}_end"), *super().get_urls()]

    @property
    def _stem(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The thing, with the way to its deed while there is something to end."""
        thing = self.get_object(request, object_id)
        may_end = thing is not None and self.is_in_force(thing) and request.user.has_perm(self.permission)
        context = {"end_url": f"admin:{self._stem}_end" if may_end else "", "deed": self.deed, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def ending(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what ending means and ask why; then do it."""
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        thing = get_object_or_404(self.model, pk=pk)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            done = self.end(request, thing, form.cleaned_data["reason"])
            level, said = (messages.SUCCESS, self.said) if done else (messages.INFO, "Ya no valía, no hubo cambios.")
            self.message_user(request, said, level)
            return redirect(f"admin:{self._stem}_change", pk)
        context = {"title": self.deed, "thing": thing, "form": form, "warning": self.warning, "deed": self.deed}
        return self.page(request, "admin/tokens/end.html", context | {"in_force": self.is_in_force(thing)})

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """A page of the admin."""
        return render(request, template, self.admin_site.each_context(request) | {"opts": self.opts} | context)


@admin.register(PortalToken)
class PortalTokenAdmin(EndedWithAReason):
    list_display = ("name", "last_characters", "entity", "scope", "issued_at", "expires_at", "ends_at", "revoked_at")
    list_filter = ("scope",)
    list_select_related = ("entity",)
    search_fields = ("entity__nit", "entity__name", "last_characters", "fingerprint")
    deed = "Revocar token"
    warning = (
        "Los sistemas que lo usan dejan de entrar de inmediato, también con los tokens temporales pedidos con él. "
        "Los delegados de la entidad reciben un correo con el motivo. No se puede deshacer."
    )
    permission = "tokens.change_portaltoken"
    said = "El token quedó revocado y los delegados de la entidad fueron avisados."

    def is_in_force(self, thing: PortalToken) -> bool:
        return thing.is_in_force(timezone.now())

    def end(self, request: HttpRequest, thing: PortalToken, reason: str) -> bool:
        return revoke_and_tell(by=request.user, token=thing, reason=reason, template="token_revoked")  # type: ignore[arg-type]


@admin.register(ServerClient)
class ServerClientAdmin(EndedWithAReason):
    """Made here, with a secret that is shown once; nothing of it is edited."""

    list_display = ("name", "client_id", "scope", "made_by", "made_at", "ended_at")
    list_select_related = ("made_by",)
    search_fields = ("name", "client_id")
    exclude = ("digest",)
    deed = "Retirar servidor"
    warning = "Las llamadas del servidor con estas credenciales fallan de inmediato. No se puede deshacer."
    permission = "tokens.change_serverclient"
    said = "El servidor quedó retirado: sus credenciales ya no valen."

    def is_in_force(self, thing: ServerClient) -> bool:
        return thing.ended_at is None

    def end(self, request: HttpRequest, thing: ServerClient, reason: str) -> bool:
        return end_client(by=request.user, client=thing, reason=reason)  # type: ignore[arg-type]

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
