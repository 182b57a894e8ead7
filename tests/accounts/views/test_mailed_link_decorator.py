"""Do the pages of mailed links keep their secret, and say why a link opens nothing?"""

from django.http import HttpResponse
from django.test import RequestFactory

from accounts.views.mailed_link_decorator import opened_by_link
from mipres_admin.refusals import Refusal, Refused


def answer(view):
    request = RequestFactory().get("/")
    request.user = None
    return opened_by_link("accounts/dead_password_link.html")(view)(request, secret="abc")


def test_page_of_a_link_sends_no_referrer_to_other_sites():
    response = answer(lambda request, secret: HttpResponse(secret))
    assert (response.content, response.headers["Referrer-Policy"]) == (b"abc", "strict-origin")


def test_link_that_opens_nothing_is_gone_and_says_why():
    def refused(request, secret):
        raise Refused(Refusal(cause="El enlace venció.", remedy="Pida otro."))

    response = answer(refused)
    assert response.status_code == 410
    assert "El enlace venció." in response.text
    assert response.headers["Referrer-Policy"] == "strict-origin"
