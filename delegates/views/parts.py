"""How is the page that a mail's link opens answered, and a form with a captcha filled again?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.forms.captcha import CaptchaForm
from accounts.models import Account, Person
from delegates.actions.personal_data import person_of
from mipres_admin.refusals import Refusal

GONE = 410


def account_of(request: HttpRequest) -> Account:
    """The account of this session; the access declaration has seen to it that there is one."""
    assert isinstance(request.user, Account)  # noqa: S101  narrows the type
    return request.user


def own_person(request: HttpRequest) -> Person:
    """The person whose own session this is."""
    return person_of(account_of(request))


def filled[AnyForm: CaptchaForm](request: HttpRequest, form: type[AnyForm], **options: Any) -> AnyForm:
    """The form as it was sent; with nothing checked when only another image was asked for."""
    if "actualizar" in request.POST:
        return form(initial=request.POST.dict(), session=request.session, **options)
    return form(request.POST or None, session=request.session, **options)


def private(response: HttpResponse) -> HttpResponse:
    """The secret of the address goes to no other page, ours included.

    Not "no-referrer": with it browsers send the form with `Origin: null`, which the CSRF check must refuse.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def dead_link(request: HttpRequest, refusal: Refusal, status: int = GONE) -> HttpResponse:
    """The page of a link that opens nothing, and what to do."""
    return private(render(request, "delegates/dead_link.html", {"refusal": refusal}, status=status))
