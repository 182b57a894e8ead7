"""Do sexo and e-mail change once, with history and without helping an intruder?"""

import pytest
from django.test import Client

from accounts.actions.login_and_password import change_password
from accounts.actions.sessions import end_session, end_sessions
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.links import link_to
from tests.delegates.own_data import DATA, NEW, change_link, page_text, request_change

pytestmark = pytest.mark.django_db


def test_sexo_is_corrected_and_recorded(rosa_client, rosa):
    rosa_client.post(f"{DATA}corregir/", {"sex": "NB"})
    rosa.person.refresh_from_db()
    entry = HistoryEntry.objects.get(event="person.corrected")
    assert (rosa.person.sex, entry.before, entry.after) == ("NB", {"sex": "F"}, {"sex": "NB"})


def test_unchanged_sexo_records_nothing(rosa_client):
    rosa_client.post(f"{DATA}corregir/", {"sex": "F"})
    assert not HistoryEntry.objects.filter(event="person.corrected").exists()


def test_email_change_request_changes_nothing(rosa_client, rosa):
    request_change(rosa_client)
    rosa.refresh_from_db()
    assert rosa.email == "rosa@correo.example"
    assert OutgoingMail.objects.get(template="confirm_email").recipient == NEW


def test_old_email_is_told_of_the_request(rosa_client):
    request_change(rosa_client)
    mail = OutgoingMail.objects.get(recipient="rosa@correo.example")
    assert "se pidió cambiar el correo a n***@correo.example" in mail.text
    assert "cierre las demás sesiones" in mail.text
    assert "/confirmar" not in mail.text


def test_link_changes_the_email_once_and_notifies_the_old_one(rosa_client, rosa):
    request_change(rosa_client)
    address, stranger = change_link(), Client()
    assert "nuevo@correo.example" in page_text(stranger.get(address))
    rosa.refresh_from_db()
    assert rosa.email == "rosa@correo.example"
    stranger.post(address)
    rosa.refresh_from_db()
    assert (rosa.email, rosa.person.email) == (NEW, NEW)
    assert OutgoingMail.objects.filter(recipient="rosa@correo.example", template="email_changed").count() == 1
    assert stranger.post(address).status_code == 410


def test_history_has_masked_emails_only(rosa_client):
    request_change(rosa_client)
    rosa_client.post(change_link())
    history = repr(list(HistoryEntry.objects.values_list("before", "after")))
    assert "n***@correo.example" in history
    assert NEW not in history


def test_the_password_of_the_own_account_moves_no_other(rosa_client, rosa):
    same = factories.make_delegate(factories.make_entity(), person=rosa.person, email="ROSA@correo.example")
    other = factories.make_delegate(factories.make_entity(), person=rosa.person, email="rosa@clinica.example")
    ppn = factories.make_delegate(
        factories.make_entity("PPN", nit=rosa.person.document_number), email="rosa@correo.example"
    )
    request_change(rosa_client)
    rosa_client.post(change_link())
    for delegate in (same, other, ppn):
        delegate.refresh_from_db()
    assert (same.email, other.email, ppn.email) == ("ROSA@correo.example", "rosa@clinica.example", rosa.email)


def test_provider_changes_the_email_of_that_account_alone(rosa):
    provider, client = factories.make_delegate(factories.make_entity("PPN", nit=rosa.person.document_number)), Client()
    client.force_login(provider)
    assert "debe" in client.post("/correo-de-la-cuenta/", {"email": "x"}).text
    assert client.post("/correo-de-la-cuenta/", {"email": NEW}).status_code == 302
    client.post(change_link())
    for account in (provider, rosa, rosa.person):
        account.refresh_from_db()
    assert (provider.email, rosa.email, rosa.person.email) == (NEW, "rosa@correo.example", "rosa@correo.example")


def test_old_session_of_a_provider_changes_no_email(rosa):
    provider, client = factories.make_delegate(factories.make_entity("PPN", nit=rosa.person.document_number)), Client()
    client.force_login(provider)
    provider.sessions.update(confirmed_at="2020-01-01T00:00Z")
    assert client.post("/correo-de-la-cuenta/", {"email": NEW}).url.startswith("/seguridad/confirmar/")
    assert not OutgoingMail.objects.exists()


def test_each_other_address_of_the_person_is_told(rosa_client, rosa):
    factories.make_delegate(factories.make_entity(), person=rosa.person, email="rosa@clinica.example")
    request_change(rosa_client)
    rosa_client.post(change_link())
    told = OutgoingMail.objects.filter(template__contains="changed").values_list("recipient", "template")
    expected = {(NEW, "email_changed"), ("rosa@correo.example", "email_changed")}
    expected |= {("rosa@correo.example", "security_changed"), ("rosa@clinica.example", "other_account_changed")}
    assert set(told) == expected


def test_second_request_replaces_the_first(rosa_client, rosa):
    request_change(rosa_client)
    first = change_link()
    request_change(rosa_client, email="tercero@correo.example")
    assert rosa_client.post(first).status_code == 410
    rosa_client.post(change_link())
    rosa.refresh_from_db()
    assert rosa.email == "tercero@correo.example"


def test_new_password_makes_an_intruders_link_useless(rosa_client, rosa):
    request_change(rosa_client)
    change_password(by=rosa, old=factories.PASSWORD, new="otra frase larga y serena")
    assert Client().post(change_link()).status_code == 410
    rosa.refresh_from_db()
    assert rosa.email == "rosa@correo.example"


@pytest.mark.parametrize("closing", ["one", "all others", "by the Ministry"])
def test_closed_sessions_make_an_intruders_link_useless(rosa_client, rosa, closing):
    request_change(rosa_client)  # from a stolen session
    if closing == "one":
        end_session(by=rosa, session=rosa.sessions.get())
    else:
        by, keep = (rosa, factories.make_session(rosa)) if closing == "all others" else (factories.make_staff(), None)
        end_sessions(account=rosa, by=by, keep=keep)
    assert Client().post(change_link()).status_code == 410
    rosa.refresh_from_db()
    assert rosa.email == "rosa@correo.example"


def test_link_works_after_the_holder_logs_out(rosa_client, rosa):
    request_change(rosa_client)
    rosa_client.post("/salir/")
    Client().post(change_link())
    rosa.refresh_from_db()
    assert rosa.email == NEW


def test_password_link_in_the_old_mailbox_stops_working(rosa_client, rosa):
    waiting = link_to(rosa, "recover")
    request_change(rosa_client)
    rosa_client.post(change_link())
    assert Client().get(waiting).status_code == 410
