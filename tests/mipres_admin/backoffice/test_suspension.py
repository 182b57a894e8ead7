"""Is the holder of a suspended account out, wherever they try, until the Ministry lets them in again?"""

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts.actions.entity_switch import switch_account
from accounts.actions.identity_claims import take_claim, verify_claim
from accounts.actions.login_and_password import open_session
from accounts.actions.ministry_interventions import (
    reactivate_account,
    suspend_account,
)
from accounts.actions.password_links import find_link, recover_password, send_password_link
from accounts.models import Account, PasswordLink, Suspension, can_log_in_q
from accounts.rules.entity_switch import switchable_accounts
from delegates.actions import personal_data
from delegates.actions.account_suspension import suspend_with_links
from delegates.actions.appointments import change_appointment, end_appointment
from delegates.actions.delegate_registration import register_delegate, register_ppn
from delegates.models import Representation
from delegates.rules.appointments import Authorization, version
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.links import link_to
from tests.delegates.links import link_in_mail

pytestmark = pytest.mark.django_db
WHY = "Denuncia de la entidad"


@pytest.fixture
def suspended(delegate, ministry):
    suspend_account(by=ministry, account=delegate, reason=WHY)
    return delegate


# ---------------------------------------------------------------- the doors


def test_the_session_ends_at_its_next_page_and_says_why(delegate, delegate_client, ministry):
    suspend_account(by=ministry, account=delegate, reason=WHY)
    page = delegate_client.get("/usuarios/", follow=True)
    assert page.wsgi_request.path == "/ingresar/"
    assert "porque el Ministerio suspendió su cuenta" in page.text
    assert WHY not in page.text


def test_a_session_that_was_opened_meanwhile_is_dead_too(suspended):
    client = Client()
    client.force_login(suspended)
    assert client.get("/usuarios/").status_code == 302


def test_the_log_in_says_what_it_says_to_a_stranger(suspended):
    def says(password):
        with pytest.raises(ValidationError) as refused:
            open_session(login=suspended.login, password=password)
        return refused.value.messages

    assert says(factories.PASSWORD) == says("otra")


def test_between_password_and_second_factor_nobody_goes_on(delegate, ministry):
    factories.make_app(delegate)
    client = Client()
    session = client.session
    session["pending_login"] = {
        "account": delegate.pk,
        "password": delegate.get_session_auth_hash(),
        "since": timezone.now().timestamp(),
        "next_url": "",
    }
    session.save()
    client.cookies["sesion"] = session.session_key
    assert client.get("/ingresar/segundo-factor/").status_code == 200
    suspend_account(by=ministry, account=delegate, reason=WHY)
    assert client.get("/ingresar/segundo-factor/").status_code in (302, 403)


def test_no_link_to_set_the_password_works(delegate, ministry):
    secret = link_to(delegate).strip("/").rpartition("/")[2]
    assert find_link(secret)
    suspend_account(by=ministry, account=delegate, reason=WHY)
    with pytest.raises(Refused):
        find_link(secret)
    assert not PasswordLink.objects.exists()


def test_a_link_made_under_a_suspension_does_not_open(suspended):
    soon = timezone.now() + timedelta(hours=1)
    PasswordLink.objects.create(account=suspended, secret_hash="0" * 64, reason="assign", expires_at=soon)
    assert not PasswordLink.objects.current().exists()


def test_a_forgotten_password_sends_nothing(suspended):
    before = OutgoingMail.objects.count()
    document = {"document_type": "CC", "document_number": suspended.person.document_number}
    recover_password(login=suspended.login, email=suspended.email, **document)
    assert OutgoingMail.objects.count() == before


def test_nobody_can_send_a_link(suspended, ministry):
    with pytest.raises(Refused, match="suspendida"):
        send_password_link(account=suspended, reason="assign", by=ministry)


def test_the_change_of_entity_does_not_lead_in(suspended):
    other = factories.make_delegate(factories.make_entity(), person=suspended.person)
    assert not switchable_accounts(other).exists()
    with pytest.raises(Refused):
        switch_account(by=other, to=suspended, session=factories.make_session(other))


# ---------------------------------------------------------------- accounts of no entity


def make_unverified():
    return factories.make_claim().account


@pytest.fixture(params=[factories.make_natural, make_unverified], ids=["natural", "unverified"])
def person(request):
    """The account of a person, verified or not."""
    return request.param()


def test_a_suspended_person_is_out_and_reads_why_at_the_log_in(person, ministry):
    client = Client()
    client.force_login(person)
    here = "/seguridad-social/identidad/" if person.is_unverified else "/seguridad-social/"
    assert client.get(here).status_code == 200
    suspend_with_links(by=ministry, account=person, reason=WHY)
    assert "porque el Ministerio suspendió su cuenta" in client.get(here, follow=True).text
    client.force_login(person)
    assert client.get(here).status_code == 302
    with pytest.raises(ValidationError):
        open_session(login=person.login, password=factories.PASSWORD)


def test_no_link_opens_the_account_of_a_suspended_person(person, ministry, client):
    secret = link_to(person).strip("/").rpartition("/")[2]
    personal_data.request_email_change(by=person, email="ladron@correo.example")
    confirm = link_in_mail("confirm_email")
    suspend_with_links(by=ministry, account=person, reason=WHY)
    with pytest.raises(Refused):
        find_link(secret)
    client.post(confirm)
    reactivate_account(by=ministry, account=person, reason="Aclarado")
    client.post(confirm)
    person.refresh_from_db()
    assert person.email != "ladron@correo.example"


def test_a_suspended_person_recovers_no_password(person, ministry):
    suspend_with_links(by=ministry, account=person, reason=WHY)
    before, holder = OutgoingMail.objects.count(), person.person or person.identity_claim
    document = {"document_type": "CC", "document_number": holder.document_number}
    recover_password(login=person.login, email=person.email, **document)
    assert OutgoingMail.objects.count() == before


def test_a_suspended_unverified_account_is_not_verified(ministry):
    claim = factories.make_claim()
    take_claim(by=ministry, claim=claim, expected_version=1, reason=WHY)
    suspend_with_links(by=ministry, account=claim.account, reason=WHY)
    with pytest.raises(Refused, match="suspendió la cuenta de quien pide"):
        verify_claim(by=ministry, claim=claim, expected_version=2, reason=WHY)
    assert Account.objects.get(pk=claim.account_id).is_unverified


def test_the_delegates_account_of_a_suspended_person_goes_on(delegate, ministry):
    suspend_with_links(by=ministry, account=factories.make_natural(delegate.person), reason=WHY)
    assert open_session(login=delegate.login, password=factories.PASSWORD) == delegate


# ---------------------------------------------------------------- Registro de Usuarios


@pytest.fixture
def chain(ips, ministry):
    """A representative, a person whom he appointed, and the delegate that this person became."""
    owner, person = factories.make_natural(), factories.make_natural()
    Representation.objects.create(entity=ips, person=owner.person)
    appointment = factories.make_appointment(ips, owner, person.person)
    account = register_delegate(by=person, kind=ips.kind, nit=ips.nit)
    return owner, person, appointment, account


def refused_registration(person, entity):
    with pytest.raises(Refused) as refused:
        register_delegate(by=person, kind=entity.kind, nit=entity.nit)
    return refused.value.refusal.headline


def test_registering_again_is_refused_with_the_cause(chain, ips, ministry):
    _, person, _, account = chain
    suspend_account(by=ministry, account=account, reason=WHY)
    assert refused_registration(person, ips) == "Cuenta suspendida"


def test_a_second_appointment_does_not_go_round_it(chain, ips, ministry):
    owner, person, appointment, account = chain
    suspend_account(by=ministry, account=account, reason=WHY)
    end_appointment(by=owner, appointment=appointment, revoke_tokens=False)
    factories.make_appointment(ips, owner, person.person)
    assert refused_registration(person, ips) == "Cuenta suspendida"
    account.refresh_from_db()
    assert not account.is_active


def test_lifted_the_second_appointment_opens_the_old_account(chain, ips, ministry):
    owner, person, appointment, account = chain
    suspend_account(by=ministry, account=account, reason=WHY)
    end_appointment(by=owner, appointment=appointment, revoke_tokens=False)
    reactivate_account(by=ministry, account=account, reason="Aclarado")
    assert not Account.objects.get(pk=account.pk).can_log_in
    factories.make_appointment(ips, owner, person.person)
    assert register_delegate(by=person, kind=ips.kind, nit=ips.nit) == account


def test_a_ppn_does_not_register_again(ministry):
    person = factories.make_natural()
    registration = {"by": person, "phone": "6013305043", "address": "Calle 1", "municipality_id": "11001"}
    suspend_account(by=ministry, account=register_ppn(**registration), reason=WHY)
    with pytest.raises(Refused) as refused:
        register_ppn(**registration)
    assert refused.value.refusal.headline == "Cuenta suspendida"


def test_another_entity_may_have_him(chain, ministry):
    owner, person, _, account = chain
    suspend_account(by=ministry, account=account, reason=WHY)
    other = factories.make_entity()
    Representation.objects.create(entity=other, person=owner.person)
    factories.make_appointment(other, owner, person.person)
    assert register_delegate(by=person, kind=other.kind, nit=other.nit).can_log_in


def test_the_representative_may_still_correct_the_e_mail(chain, sede, ministry):
    owner, _, appointment, account = chain
    suspend_account(by=ministry, account=account, reason=WHY)
    names = ("sex", "first_name", "second_name", "first_surname", "second_surname", "role", "profile")
    names_and_role = {name: getattr(appointment, name) for name in names}
    names_and_role["role"] = type(appointment.role).objects.get(pk="IPS")
    change_appointment(
        by=owner,
        appointment=appointment,
        authorization=Authorization(**names_and_role, email="nuevo@ips.example", sede=sede),
        expected_version=version(appointment),
    )
    account.refresh_from_db()
    assert account.email == "nuevo@ips.example"
    assert not PasswordLink.objects.exists()


# ---------------------------------------------------------------- once, and back again


def test_suspending_twice_is_once(suspended, ministry):
    assert not suspend_account(by=ministry, account=suspended, reason="Otra")
    assert HistoryEntry.objects.filter(event="account.suspended").count() == 1
    assert not suspend_with_links(by=ministry, account=suspended, reason="Otra", revoke_tokens=True)


def test_reactivated_he_enters_with_the_password_of_always(suspended, ministry):
    assert reactivate_account(by=ministry, account=suspended, reason="Aclarado")
    assert open_session(login=suspended.login, password=factories.PASSWORD) == suspended
    assert not reactivate_account(by=ministry, account=suspended, reason="Otra")


def test_the_colleague_of_a_suspended_delegate_goes_on(suspended, colleague):
    assert colleague.can_log_in


@pytest.mark.parametrize("state", ["plain", "suspended", "inactive", "of an inactive entity", "deceased"])
def test_the_condition_says_what_the_account_says(delegate, ministry, state):
    if state == "suspended":
        suspend_account(by=ministry, account=delegate, reason=WHY)
    Account.objects.filter(pk=delegate.pk).update(is_active=state != "inactive")
    type(delegate.entity).objects.filter(pk=delegate.entity_id).update(is_active=state != "of an inactive entity")
    if state == "deceased":
        type(delegate.person).objects.filter(pk=delegate.person_id).update(deceased_on=date(2026, 5, 3))
    account = Account.objects.get(pk=delegate.pk)
    assert account.can_log_in == (state == "plain")
    assert Account.objects.filter(can_log_in_q(), pk=account.pk).exists() == account.can_log_in


@pytest.mark.django_db(transaction=True)
def test_two_who_suspend_at_once_leave_one_suspension(delegate, ministry):
    together, done = threading.Barrier(2), []

    def suspend():
        together.wait()
        try:
            done.append(suspend_account(by=ministry, account=delegate, reason=WHY))
        finally:
            connection.close()

    threads = [threading.Thread(target=suspend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    assert Suspension.objects.count() == 1


# ---------------------------------------------------------------- what can never be

LIFTED = {"lifted_at": Now(), "lifted_because": "Aclarado"}
BROKEN = {
    "suspension_one_open_per_account": {},
    "suspension_says_why": {"reason": ""},
    "suspension_lifted_after_it_starts": {"since": "2027-01-01T00:00Z", **LIFTED},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_suspension_is_one_with_its_reason(delegate, ministry, name):
    if not BROKEN[name]:
        Suspension.objects.create(account=delegate, suspended_by=ministry, reason=WHY)
    fields = {"reason": WHY, "since": Now()} | BROKEN[name]
    lifted = {"lifted_by": ministry} if "lifted_at" in fields else {}
    with pytest.raises(IntegrityError, match=name):
        Suspension.objects.create(account=delegate, suspended_by=ministry, **fields, **lifted)


@pytest.mark.parametrize("left_out", ["lifted_at", "lifted_by", "lifted_because"])
def test_a_suspension_is_lifted_by_someone_at_some_time_for_a_reason(delegate, ministry, left_out):
    fields = {**LIFTED, "lifted_by": ministry}
    del fields[left_out]
    with pytest.raises(IntegrityError, match="suspension_lifted_by_someone_for_a_reason"):
        Suspension.objects.create(account=delegate, suspended_by=ministry, reason=WHY, **fields)
