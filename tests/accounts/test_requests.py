"""Does a request have its account and entity once access is granted?"""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.security.sessions import PendingLogin
from mipres_admin.access.declarations import SAFE, delegate_of, mfa_enrolment, pending_login, public
from mipres_admin.access.middleware import AccessMiddleware

pytestmark = pytest.mark.django_db


def answered(declaration, user, pending_client=None):
    """The request after the declaration has let it pass, or been led elsewhere."""
    request = RequestFactory().get("/")
    request.user, request.pending_login, request.account_session = user, pending_client, object()
    view = declaration(lambda request: HttpResponse())
    return request, AccessMiddleware(HttpResponse).process_view(request, view, (), {})


def test_delegate_view_gets_account_and_entity(delegate):
    request, _ = answered(delegate_of("IPS", methods=SAFE), delegate)
    assert (request.account, request.entity) == (delegate, delegate.entity)


def test_refused_request_gets_no_account(delegate):
    with pytest.raises(PermissionDenied):
        answered(delegate_of("ET", methods=SAFE), delegate)


def test_public_view_without_log_in_gets_no_account():
    request, _ = answered(public(methods=SAFE), AnonymousUser())
    assert not hasattr(request, "account")


def test_second_factor_gets_the_account_that_is_entering(delegate):
    request, response = answered(pending_login(methods=SAFE), AnonymousUser(), PendingLogin(delegate, "verify", ""))
    assert (request.account, request.entity, response) == (delegate, delegate.entity, None)


def test_account_with_a_factor_must_prove_it_before_adding_another(delegate):
    request, response = answered(mfa_enrolment(methods=SAFE), AnonymousUser(), PendingLogin(delegate, "verify", ""))
    assert response.url == "/ingresar/segundo-factor/"
    assert not hasattr(request, "account")
