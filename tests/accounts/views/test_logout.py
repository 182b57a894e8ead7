"""Does /salir/ end the session, and only by POST?"""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from mipres_admin.history.models import HistoryEntry
from tests.accounts.login_page import is_logged_in

pytestmark = pytest.mark.django_db

ADDRESS = "/salir/"


def test_log_out_ends_the_session_and_says_so(delegate_client):
    response = delegate_client.post(ADDRESS, follow=True)
    assert response.redirect_chain == [("/ingresar/", 302)]
    assert "Usted ha salido del portal." in response.content.decode()
    assert not is_logged_in(delegate_client)


def test_the_old_session_key_opens_nothing(delegate_client):
    key = delegate_client.session.session_key
    delegate_client.post(ADDRESS)
    assert not Session.objects.filter(session_key=key).exists()


def test_opening_the_log_out_page_only_asks(delegate_client):
    response = delegate_client.get(ADDRESS)
    assert "Oprima «Salir» para cerrarla" in response.content.decode()
    assert is_logged_in(delegate_client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_log_out_without_session_leads_to_log_in(client, method):
    assert getattr(client, method)(ADDRESS).url == "/ingresar/"


def test_another_site_cannot_end_a_session(delegate):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    assert client.post(ADDRESS).status_code == 403


def test_history_tells_that_a_session_was_closed(delegate_client, delegate):
    delegate_client.post(ADDRESS)
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.actor, entry.object_id) == ("session.closed", delegate, str(delegate.pk))


def test_closing_no_session_is_not_history(client):
    client.post(ADDRESS)
    assert not HistoryEntry.objects.exists()
