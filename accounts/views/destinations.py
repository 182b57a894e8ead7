"""Where does a person go on to who has logged in, or has confirmed who they are?"""

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.security import saved_forms


def next_page(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of this portal; else home."""
    url = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours and url.startswith("/") else resolve_url("home")


def destination(request: HttpRequest, next_url: str) -> str:
    """At the saved form of the account, else where the person was going."""
    return resolve_url("resume_form") if saved_forms.load(request, request.user) else next_url
