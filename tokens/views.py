"""Generar Token: the list, a new token shown once, revocation; reports of leaks; public keys and reference."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from accounts.requests import DelegateRequest
from entities.models import Entity
from mipres_admin.access.declarations import ANY, FORM, SAFE, MenuEntry, Viewable, delegate_of, public
from mipres_admin.paging import page_of
from tokens.actions import issue_token, revoke_token
from tokens.forms import ReportForm, RevokeForm, TokenForm, TryForm
from tokens.models import PortalToken
from tokens.scopes import NEEDS, TOKEN_KINDS, Service, in_words, scope_of, services_of
from tokens.services import reference
from tokens.services.bearer_authorization import examine
from tokens.services.errors import BadToken, CallRefused
from tokens.services.leaks import LONGEST_REPORT, THANKS, report
from tokens.services.limits import TooManyCalls
from tokens.signing.keys import JWKS_MAX_AGE, key_set, seal, unseal

SHOWN_WITHIN = timedelta(minutes=10)
_NEW = "new_token"


# ---------------------------------------------------------------- the token, once


def _keep_for_the_next_page(request: DelegateRequest, row: PortalToken, token: str) -> None:
    """Put the token, encrypted, where only the next page of this session finds it; saved with the token's own row.

    In one transaction, so that a second click, which waits for that row, finds both.
    """
    request.session[_NEW] = {"id": str(row.public_id), "sealed": seal(token, "new_token")}
    request.session.save()


def _shown_once(request: DelegateRequest, entity: Entity) -> dict[str, Any] | None:
    """The token that this session has just generated, taken out of the session; None at every later look."""
    kept = request.session.pop(_NEW, None) if request.method == "GET" and _NEW in request.session else None
    token = unseal(kept["sealed"], "new_token", max_age=SHOWN_WITHIN) if kept else None
    if kept is None or token is None:
        return None
    row = PortalToken.objects.visible_to(entity).filter(public_id=kept["id"]).first()
    return {"row": row, "value": token, "example": _example(request, entity)} if row else None


def _example(request: DelegateRequest, entity: Entity) -> str:
    """The address of the call that the first line of the example makes possible."""
    scope = scope_of(entity.kind).split()
    generating = [service for service in (Service.SUMINISTROS, Service.FACTURACION) if NEEDS[service] in scope]
    path = f"{generating[0]}/api/GenerarToken" if generating else f"{Service.PRESCRIPCION}/api/ValidarToken"
    return request.build_absolute_uri(f"/{path}/{entity.nit}/$TOKEN")


# ---------------------------------------------------------------- pages


def _state(token: PortalToken) -> tuple[str, str]:
    """The state of a token in the words of the list, and the tone of its badge."""
    if token.revoked_at is not None:
        return "Revocado", "error"
    if not token.is_in_force(timezone.now()):
        return ("Reemplazado" if token.superseded_at else "Vencido"), ""
    return ("Reemplazado, aún vale", "warning") if token.superseded_at else ("Vigente", "success")


def _show(request: DelegateRequest, form: TokenForm | None = None) -> HttpResponse:
    entity = request.entity
    tokens = PortalToken.objects.visible_to(entity)
    newest = tokens.newest().first()
    shown = _shown_once(request, entity)
    page = page_of(request, tokens.select_related("made_by__person", "last_use"), "id", newest_first=True)
    context = {
        # what was refused is offered anew: the newest token may be another one by now
        "form": form if form and form.errors else TokenForm(newest=newest),
        "newest": newest,
        "new": shown,
        "refusal": form and form.refusal,
        "page": page,
        "lines": [(token, *_state(token), token.is_in_force(timezone.now())) for token in page.rows],
        "scope": in_words(scope_of(entity.kind)),
    }
    return render(request, "tokens/tokens.html", context)


@delegate_of(
    *TOKEN_KINDS,
    methods=SAFE,
    menu=MenuEntry("Generar Token", "Dé a sus sistemas acceso a los servicios web de MIPRES.", "token", order=10),
    viewable=Viewable.YES,
)
def tokens(request: DelegateRequest) -> HttpResponse:
    """ "Generar Token": the form, the list, and the token that was just generated, this once."""
    return _show(request)


@delegate_of(*TOKEN_KINDS, methods=FORM, viewable=Viewable.YES)
def generate_token(request: DelegateRequest) -> HttpResponse:
    """Generate the new token, and go where it is shown once."""
    if request.method != "POST":
        return redirect("tokens")
    form = TokenForm(request.POST, newest=PortalToken.objects.visible_to(request.entity).newest().first())
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "days", "seen", "request_key")}
        with form.attempt(), transaction.atomic():
            issued = issue_token(by=request.account, overlap=form.kept_for, **values)
            if issued.token is not None:
                _keep_for_the_next_page(request, issued.row, issued.token)
            return redirect("tokens")
    return _show(request, form)


@delegate_of(*TOKEN_KINDS, methods=FORM, viewable=Viewable.YES)
def revoke(request: DelegateRequest, public_id: UUID) -> HttpResponse:
    """ "Revocar": say what it means and ask why; then do it."""
    found = PortalToken.objects.visible_to(request.entity).select_related("last_use", "made_by__person")
    token = get_object_or_404(found, public_id=public_id)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if revoke_token(by=request.account, token=token, reason=form.cleaned_data["reason"]):
            messages.success(request, f"Token revocado: {token.name}, terminado en {token.last_characters}.")
        else:
            messages.info(request, f"El token {token.name} ya no valía, no hubo cambios.")
        return redirect("tokens")
    in_force = token.is_in_force(timezone.now())
    return render(request, "tokens/revoke_token.html", {"form": form, "token": token, "in_force": in_force})


@delegate_of(*TOKEN_KINDS, methods=FORM, viewable=Viewable.YES)
@sensitive_post_parameters("token")
def try_token(request: DelegateRequest) -> HttpResponse:
    """ "Probar token": for whom it is, what it opens, how long it lasts, and whether the services accept it.

    The answer comes on the POST itself: nothing is stored that a next page could show.
    """
    form = TryForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            bearer, problem = examine(form.cleaned_data["token"])
        except BadToken as bad:
            context["problem"] = bad.message
        else:
            left = max(bearer.ends_at - bearer.now, timedelta(0)).days
            found = {"bearer": bearer, "problem": problem and problem.message, "days": left}
            context |= found | {"scope": in_words(bearer.scope), "services": services_of(bearer.scope)}
        context |= {"tried": True, "form": TryForm()}
    return render(request, "tokens/try_token.html", context)


# ---------------------------------------------------------------- a token that somebody found


@public(methods=FORM, viewable=Viewable.YES)
@sensitive_post_parameters("text")
def report_token(request: HttpRequest) -> HttpResponse:
    """ "Reportar token expuesto": whoever finds a token, without log-in, ends it here."""
    form, status = ReportForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            report(form.cleaned_data["text"])
        except TooManyCalls as too_many:
            form.add_error(None, too_many.message)
            status = too_many.status
        else:
            messages.success(request, THANKS)
            return redirect("report_token")
    return render(request, "tokens/report_token.html", {"form": form}, status=status)


@public(methods=ANY)
@csrf_exempt
def report_token_service(request: HttpRequest) -> HttpResponse:
    """The same for programs that search code: POST any text; JSON comes back."""
    try:
        if request.method != "POST":
            raise CallRefused(405, "Este servicio solo responde a POST.", headers={"Allow": "POST"})
        report(request.read(LONGEST_REPORT).decode("utf-8", "replace"))
    except CallRefused as refused:
        return JsonResponse({"Message": refused.message}, status=refused.status, headers=refused.headers)
    return JsonResponse({"Message": THANKS})


# ---------------------------------------------------------------- for programs and who writes them


def _published(request: HttpRequest, document: Any, media: str) -> HttpResponseBase:
    """A JSON document that anybody may keep for an hour, from any page."""
    body = json.dumps(document, separators=(",", ":")).encode()
    response = HttpResponse(body, content_type=media)
    response.headers["ETag"] = quote_etag(hashlib.sha256(body).hexdigest()[:16])
    response.headers["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=int(JWKS_MAX_AGE.total_seconds()))
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response


@public(methods=SAFE)
def jwks(request: HttpRequest) -> HttpResponseBase:
    """The public halves of the keys (RFC 7517), which other servers may keep for an hour."""
    return _published(request, key_set(), "application/jwk-set+json")


@public(methods=SAFE, viewable=Viewable.YES)
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The calls of programs, as an OpenAPI 3.1 document."""
    return _published(request, reference.document(), "application/vnd.oai.openapi+json;version=3.1")


@public(methods=SAFE, viewable=Viewable.YES)
def services_reference(request: HttpRequest) -> HttpResponse:
    """The same calls for people: what comes back, the errors and what to do, samples in six languages."""
    context = {
        "calls": reference.calls(),
        "errors": reference.ERRORS,
        "samples": reference.SAMPLES,
        "per_minute": settings.SERVICE_CALLS_PER_MINUTE,
    }
    return render(request, "tokens/services_reference.html", context)
