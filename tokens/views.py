"""Which pages generate, list, revoke, try and report tokens, and publish the keys and the service reference?"""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import conditional_page

from accounts.requests import DelegateRequest
from accounts.views.confirmation import recently_confirmed
from entities.models import Entity
from mipres_admin.access.bodies import ORDINARY_BODY, body_problem
from mipres_admin.access.declarations import ANY, FORM, SAFE, MenuEntry, Viewable, delegate_of, public
from mipres_admin.forms import fields_of
from mipres_admin.paging import page_of
from tokens import one_time_display
from tokens.actions import issue_token, revoke_token
from tokens.forms import ReportForm, RevokeForm, TokenForm, TryForm
from tokens.models import PortalToken
from tokens.scopes import REQUIRED_SCOPE, TOKEN_KINDS, Service, scope_label, scope_of, services_of
from tokens.services import reference
from tokens.services.errors import BadToken, CallRefused
from tokens.services.leak_reports import MAX_REPORT_LENGTH, THANKS, revoke_reported_tokens
from tokens.services.limits import TooManyCalls
from tokens.services.token_authorization import inspect_token
from tokens.signing.keys import JWKS_MAX_AGE, key_set

# ---------------------------------------------------------------- the new token, shown once


def _new_token(request: DelegateRequest) -> dict[str, Any] | None:
    """The token that this session has just generated; None when the page is opened again."""
    new = one_time_display.pop(request, "new_token")
    row = new and PortalToken.objects.visible_to(request.entity).filter(public_id=new[0]).first()
    return {"row": row, "value": new[1], "example": _example(request, row.entity)} if new and row else None


def _example(request: DelegateRequest, entity: Entity) -> str:
    """The URL of the example call."""
    scope = scope_of(entity.kind).split()
    services = [service for service in (Service.SUMINISTROS, Service.FACTURACION) if REQUIRED_SCOPE[service] in scope]
    path = f"{services[0]}/api/GenerarToken" if services else f"{Service.PRESCRIPCION}/api/ValidarToken"
    return request.build_absolute_uri(f"/{path}/{entity.nit}/$TOKEN")


# ---------------------------------------------------------------- pages


def _state_badge(token: PortalToken) -> tuple[str, str]:
    """The state of a token in the list, and the tone of its badge."""
    if token.revoked_at is not None:
        return "Revocado", "error"
    if not token.is_current(timezone.now()):
        return ("Reemplazado" if token.superseded_at else "Vencido"), ""
    return ("Reemplazado, aún vale", "warning") if token.superseded_at else ("Vigente", "success")


def _show(request: DelegateRequest, form: TokenForm | None = None) -> HttpResponse:
    entity = request.entity
    tokens = PortalToken.objects.visible_to(entity)
    newest = tokens.newest().first()
    page = page_of(request, tokens.select_related("issued_by__person", "last_use"), "id", newest_first=True)
    context = {
        # after a refusal the form starts again: the newest token may be another one
        "form": form if form and form.errors else TokenForm(newest=newest),
        "newest": newest,
        "new": _new_token(request),
        "refusal": form and form.refusal,
        "page": page,
        "lines": [(token, *_state_badge(token), token.is_current(timezone.now())) for token in page.rows],
        "scope": scope_label(scope_of(entity.kind)),
    }
    return render(request, "tokens/tokens.html", context)


@delegate_of(
    *TOKEN_KINDS,
    methods=SAFE,
    menu=MenuEntry("Generar Token", "Dé a sus sistemas acceso a los servicios web de MIPRES.", "token", order=10),
    viewable=Viewable.YES,
)
def tokens(request: DelegateRequest) -> HttpResponse:
    """ "Generar Token": the form, the list and, once, the new token."""
    return _show(request)


@delegate_of(*TOKEN_KINDS, methods=FORM, resumable=fields_of(TokenForm), viewable=Viewable.YES)
@recently_confirmed()
def generate_token(request: DelegateRequest) -> HttpResponse:
    """Generate a new token and redirect to where it is shown once."""
    if request.method != "POST":
        return redirect("tokens")
    form = TokenForm(request.POST, newest=PortalToken.objects.visible_to(request.entity).newest().first())
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "days", "expected_token", "request_key")}
        with form.attempt(), transaction.atomic():
            issued = issue_token(by=request.account, overlap=form.overlap_duration, **values)
            if issued.token is not None:
                one_time_display.store(request, "new_token", object_id=str(issued.row.public_id), secret=issued.token)
            return redirect("tokens")
    return _show(request, form)


@delegate_of(*TOKEN_KINDS, methods=FORM, resumable=fields_of(RevokeForm), viewable=Viewable.YES)
def revoke(request: DelegateRequest, public_id: UUID) -> HttpResponse:
    """ "Revocar": explain the consequences, ask for the reason and revoke the token."""
    own_tokens = PortalToken.objects.visible_to(request.entity).select_related("last_use", "issued_by__person")
    token = get_object_or_404(own_tokens, public_id=public_id)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if revoke_token(by=request.account, token=token, reason=form.cleaned_data["reason"]):
            messages.success(request, f"Token revocado: {token.name}, terminado en {token.last_characters}.")
        else:
            messages.info(request, f"El token {token.name} ya no valía, no hubo cambios.")
        return redirect("tokens")
    is_current = token.is_current(timezone.now())
    return render(request, "tokens/revoke_token.html", {"form": form, "token": token, "is_current": is_current})


@delegate_of(*TOKEN_KINDS, methods=FORM, viewable=Viewable.YES)
@sensitive_post_parameters("token")
def try_token(request: DelegateRequest) -> HttpResponse:
    """ "Probar token": its entity, scope and validity, and whether the services accept it.

    The POST itself shows the result, because nothing is stored for a next page.
    """
    form = TryForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            details, problem = inspect_token(form.cleaned_data["token"])
        except BadToken as bad:
            context["problem"] = bad.message
        else:
            left = max(details.ends_at - details.now, timedelta(0)).days
            context |= {"details": details, "problem": problem and problem.message, "days": left}
            context |= {"scope": scope_label(details.scope), "services": services_of(details.scope)}
        context |= {"tried": True, "form": TryForm()}
    return render(request, "tokens/try_token.html", context)


# ---------------------------------------------------------------- exposed tokens


@public(methods=FORM, viewable=Viewable.YES)
@sensitive_post_parameters("text")
def report_token(request: HttpRequest) -> HttpResponse:
    """ "Reportar token expuesto": anyone who finds a token may revoke it here, without log-in."""
    form, status = ReportForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            revoke_reported_tokens(form.cleaned_data["text"])
        except TooManyCalls as too_many:
            form.add_error(None, too_many.message)
            status = too_many.status
        else:
            messages.success(request, THANKS)
            return redirect("report_token")
    return render(request, "tokens/report_token.html", {"form": form}, status=status)


@public(methods=ANY, checks_body=True)
@csrf_exempt
def report_token_service(request: HttpRequest) -> HttpResponse:
    """The same for programs that scan code: POST any text, the response is JSON."""
    try:
        if request.method != "POST":
            raise CallRefused(405, "Este servicio solo responde a POST.", headers={"Allow": "POST"})
        if problem := body_problem(request, ORDINARY_BODY):
            raise CallRefused(*problem)
        text = request.read(MAX_REPORT_LENGTH).decode("utf-8", "replace")
        if not text:
            raise CallRefused(400, "El reporte está vacío. Envíe en el cuerpo el texto donde aparece el token.")
        revoke_reported_tokens(text)
    except CallRefused as refused:
        return JsonResponse({"Message": refused.message}, status=refused.status, headers=refused.headers)
    return JsonResponse({"Message": THANKS})


# ---------------------------------------------------------------- public keys and reference


def _published(document: Any, media: str) -> HttpResponse:
    """A JSON document, for any origin."""
    body = json.dumps(document, separators=(",", ":"))
    return HttpResponse(body, content_type=media, headers={"Access-Control-Allow-Origin": "*"})


cached_for_an_hour = cache_control(public=True, max_age=int(JWKS_MAX_AGE.total_seconds()))


@public(methods=SAFE)
@cached_for_an_hour
@conditional_page
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys (RFC 7517), which other servers may cache for an hour."""
    return _published(key_set(), "application/jwk-set+json")


@public(methods=SAFE, viewable=Viewable.YES)
@cached_for_an_hour
@conditional_page
def openapi(request: HttpRequest) -> HttpResponse:
    """The web services as an OpenAPI 3.1 document."""
    return _published(reference.document(), "application/vnd.oai.openapi+json;version=3.1")


@public(methods=SAFE, viewable=Viewable.YES)
def services_reference(request: HttpRequest) -> HttpResponse:
    """The reference page of the web services: responses, errors, samples in six languages."""
    context = {
        "calls": reference.calls(),
        "errors": reference.ERRORS,
        "samples": reference.SAMPLES,
        "per_minute": settings.SERVICE_CALLS_PER_MINUTE,
    }
    return render(request, "tokens/services_reference.html", context)
