"""Is this still the holder of the account? What an intruder would do first needs a new proof."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts.requests import AnyRequest
from accounts.rules.second_factor import has_factor
from accounts.security import saved_forms, sessions
from accounts.views.destinations import destination, next_page
from accounts.views.proof import Proof
from mipres_admin.access.declarations import FORM, View, signed_in


def recently_confirmed(*, form_asks_password: bool = False) -> Callable[[View], View]:
    """A view that asks for the second factor, or the password, unless this session did within the last minutes.

    A form that was sent meanwhile is saved until then. `form_asks_password` is for a view whose own form has the
    password, which is enough without second factor. The first factor of a log-in is added without this.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def confirmed(request: AnyRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            row = request.account_session
            enough = row is None or row.is_confirmed or (form_asks_password and not has_factor(request.account))
            if enough:
                return view(request, *args, **kwargs)
            if request.method == "POST":
                saved_forms.keep(request, request.account)
            return redirect(f"{reverse('confirm_identity')}?{urlencode({'next': request.get_full_path()})}")

        return confirmed

    return decorate


@signed_in(methods=FORM, unverified=True)
@sensitive_post_parameters("code", "answer", "password")
def confirm_identity(request: AnyRequest) -> HttpResponse:
    """Ask the holder of the account for a proof, and go on with what they were about to do."""
    proof = Proof(request, request.account, in_session=True)
    method = proof.verify()
    if method is None:
        context = {"proof": proof, "form": proof.form, "minutes": settings.CONFIRMATION_MINUTES}
        return render(request, "accounts/confirm_identity.html", context)
    sessions.mark_confirmed(request, request.account_session, method)
    messages.success(request, "Quedó confirmado que es usted. Puede continuar.")
    return redirect(destination(request, next_page(request)))
