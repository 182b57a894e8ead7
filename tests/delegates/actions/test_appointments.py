"""Is each appointment made, changed and ended once, with its history and mail?"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from delegates.actions import appointments as actions
from delegates.models import Appointment, AuthorizedProfile, AuthorizedRole, DelegateAccount
from delegates.rules.appointments import version
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.links import link_in
from tests.accounts.login_page import log_in
from tests.accounts.second_factors import STEP, enrol
from tests.delegates.appointing import appoint, authorization, client_of, form_data, page_of
from tests.factories import make_appointment, make_delegate

pytestmark = pytest.mark.django_db
NEW = "otra frase larga y tranquila"


def make_appointed_delegate(by, entity):
    """An appointment with its delegate's account, and a client that is logged in with it."""
    account = make_delegate(entity)
    appointment = make_appointment(entity, by, account.person)
    DelegateAccount.objects.create(account=account, appointment=appointment)
    return appointment, account, client_of(account)


def change_email(by, appointment, sede, email="representante@clinica.example"):
    appointment.refresh_from_db()
    new = authorization(sede, email=email)
    actions.change_appointment(by=by, appointment=appointment, authorization=new, expected_version=version(appointment))


def test_appointment_notifies_the_person_and_records_one_event(representative, sede, delivered):
    appointment = appoint(representative, sede)
    assert [message.to for message in delivered()] == [["delegada@correo.example"]]
    (entry,) = HistoryEntry.objects.of(appointment)
    assert (entry.event, entry.entity) == ("appointment.made", sede.entity)


def test_same_person_with_same_profile_twice_is_refused(representative, sede):
    appoint(representative, sede)
    with pytest.raises(Refused, match="ya tiene el perfil"):
        appoint(representative, sede)
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_double_click_appoints_once(representative, sede):
    together = Barrier(2)

    def click():
        together.wait()
        try:
            appoint(representative, sede)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(click) for _ in range(2)]
    assert sorted(result.result() for result in results) == [False, True]


def test_more_than_one_delegate_is_allowed(representative, sede):
    appoint(representative, sede)
    make_appointment(sede.entity, representative)
    assert Appointment.objects.visible_to(sede.entity).current().delegates().count() == 2


def test_editing_records_before_and_after(representative, sede):
    appointment = appoint(representative, sede)
    assert actions.change_appointment(
        by=representative,
        appointment=appointment,
        authorization=authorization(sede, email="nuevo@correo.example"),
        expected_version=version(appointment),
    )
    entry = HistoryEntry.objects.of(appointment).first()
    assert (entry.before["email"], entry.after["email"]) == ("d***@correo.example", "n***@correo.example")


# ---------------------------------------------------------------- another e-mail

MAILBOX, CHANGED = "representante@clinica.example", "delegate_email_changed"


@pytest.fixture
def taken(representative, sede):
    """The delegate's account and client, after the representative wrote their own mailbox into the appointment."""
    appointment, account, client = make_appointed_delegate(representative, sede.entity)
    factories.make_natural(account.person, email="propio@correo.example")
    where = ("edit_authorized", sede.entity.pk, appointment.public_id)
    data = form_data(sede, email=MAILBOX, expected_version=version(appointment))
    assert "quedaron actualizados" in page_of(client_of(representative), *where, data=data, post=True)
    return account, client


def test_another_email_ends_the_sessions_of_the_delegate(taken):
    assert taken[1].get("/usuarios/").status_code == 302
    assert not taken[0].sessions.current().exists()


def test_another_email_ends_the_password_and_mails_a_link_to_the_new_one(taken):
    taken[0].refresh_from_db()
    assert not taken[0].has_usable_password()
    assert OutgoingMail.objects.get(template="password_link").recipient == MAILBOX


def test_another_email_is_told_to_every_address_of_the_person(taken):
    account, _ = taken
    told = set(OutgoingMail.objects.filter(template="delegate_email_changed").values_list("recipient", flat=True))
    assert told == {account.email, account.person.email, MAILBOX, "propio@correo.example"}


def told_by(template, recipient):
    """Who is told when this mail cannot be delivered."""
    return OutgoingMail.objects.get(template=template, recipient=recipient).caused_by


def test_who_wrote_an_email_is_told_when_it_takes_no_mail(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    old, new = account.email, "representante@clinica.example"
    change_email(representative, appointment, sede, new)
    assert told_by("delegate_email_changed", new) == representative.email
    assert told_by("delegate_email_changed", old) == ""  # which the representative is not to learn more of
    appointment.refresh_from_db()
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    assert told_by("appointment_ended", new) == representative.email


def test_another_email_is_told_to_other_entities_without_naming_this_one(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    factories.make_delegate(factories.make_entity(), person=account.person, email="x@otra.example")
    change_email(representative, appointment, sede)
    mail = OutgoingMail.objects.get(recipient="x@otra.example")
    assert not [text for text in (account.login, sede.entity.nit, sede.entity.name) if text in mail.subject + mail.html]


def test_another_email_leaves_the_second_factor_of_the_delegate(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    factories.make_app(account)
    change_email(representative, appointment, sede)
    secret = link_in(OutgoingMail.objects.get(template="password_link").text)
    Client().post(secret, {"new": NEW, "confirmation": NEW})
    client = Client()
    assert log_in(client, account.login, NEW).url == STEP


def test_writing_the_old_email_back_ends_the_password_again(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    old = appointment.email
    change_email(representative, appointment, sede)
    Client().post(link_in(OutgoingMail.objects.get(template="password_link").text), {"new": NEW, "confirmation": NEW})
    intruder = Client()
    log_in(intruder, account.login, NEW)
    change_email(representative, appointment, sede, email=old)
    account.refresh_from_db()
    assert not account.has_usable_password()
    assert intruder.get("/cambiar-de-entidad/").status_code == 302


def factors_of(account):
    return account.authenticatorapps.count(), account.recovery_codes.count()


def add_as_reader_of_the_mailbox(account):
    """The representative sets the password with the link, logs in and adds an app, which makes recovery codes."""
    secret = link_in(OutgoingMail.objects.filter(template="password_link").latest("id").text)
    Client().post(secret, {"new": NEW, "confirmation": NEW})
    client = Client()
    log_in(client, account.login, NEW)
    enrol(client)


@pytest.mark.parametrize("back", ["persona@entidad.example", "propio@correo.example"])
def test_factor_added_by_another_reader_of_the_mailbox_goes_with_it(representative, sede, back):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    factories.make_natural(account.person, email="propio@correo.example")
    change_email(representative, appointment, sede)
    add_as_reader_of_the_mailbox(account)
    assert factors_of(account) == (1, 10)
    change_email(representative, appointment, sede, email=back)
    assert factors_of(account) == (0, 0)
    entry = HistoryEntry.objects.filter(event="email.changed").first()
    assert entry.before["factors"] == 1
    assert (
        "se retiraron los segundos factores"
        in OutgoingMail.objects.filter(recipient=back, template=CHANGED).latest("id").text
    )


def test_first_mailbox_that_the_entity_gave_leaves_no_factor_with_the_persons_own(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    factories.make_natural(account.person, email="propio@correo.example")
    Account.objects.filter(pk=account.pk).update(email=MAILBOX)
    factories.make_app(account)
    change_email(representative, appointment, sede, email="propio@correo.example")
    assert factors_of(account) == (0, 0)


def test_factor_of_a_first_mailbox_survives_no_number_of_others(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    factories.make_natural(account.person, email="propio@correo.example")
    Account.objects.filter(pk=account.pk).update(email=MAILBOX)
    reader = Client()
    log_in(reader, account.login)
    enrol(reader)
    assert factors_of(account) == (1, 10)
    for email in ("uno@clinica.example", "dos@clinica.example", "propio@correo.example"):
        change_email(representative, appointment, sede, email=email)
    assert factors_of(account) == (0, 0)


def test_factor_from_a_proven_email_stays_when_it_comes_back_after_two_others(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    factories.make_natural(account.person, email="propio@correo.example")
    change_email(representative, appointment, sede, email="propio@correo.example")
    factories.make_app(account, name="propia")
    for email in ("uno@clinica.example", "dos@clinica.example", "propio@correo.example"):
        change_email(representative, appointment, sede, email=email)
        if email.startswith("uno"):
            factories.make_app(account, name="ajena")
    assert [factor.name for factor in account.authenticatorapps.all()] == ["propia"]


def test_factor_that_the_person_added_with_a_proven_email_stays(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    factories.make_natural(account.person, email="propio@correo.example")
    change_email(representative, appointment, sede, email="propio@correo.example")
    factories.make_app(account)
    change_email(representative, appointment, sede)
    change_email(representative, appointment, sede, email="otra@clinica.example")
    assert factors_of(account) == (1, 0)


def test_edit_without_changes_records_nothing(representative, sede):
    appointment = appoint(representative, sede)
    assert not actions.change_appointment(
        by=representative,
        appointment=appointment,
        authorization=authorization(sede),
        expected_version=version(appointment),
    )
    assert HistoryEntry.objects.of(appointment).count() == 1


def test_profile_of_a_delegate_with_an_account_cannot_change(representative, sede):
    appointment, *_ = make_appointed_delegate(representative, sede.entity)
    other = authorization(
        sede, role=AuthorizedRole.objects.get(pk="IPS"), profile=AuthorizedProfile.objects.get(pk="INTERNACION")
    )
    with pytest.raises(Refused, match="ya se registró en MIPRES"):
        actions.change_appointment(
            by=representative, appointment=appointment, authorization=other, expected_version=version(appointment)
        )


def test_stale_page_saves_nothing(representative, sede):
    appointment = appoint(representative, sede)
    client, where = client_of(representative), ("edit_authorized", sede.entity.pk, appointment.public_id)
    expected_version = version(appointment)
    page_of(client, *where, data=form_data(sede, first_name="Marta", expected_version=expected_version), post=True)
    page = page_of(
        client, *where, data=form_data(sede, email="vieja@correo.example", expected_version=expected_version), post=True
    )
    assert "Los datos cambiaron" in page
    appointment.refresh_from_db()
    assert (appointment.first_name, appointment.email) == ("Marta", "delegada@correo.example")


def test_double_click_on_guardar_is_no_conflict(representative, sede):
    appointment = appoint(representative, sede)
    client, where = client_of(representative), ("edit_authorized", sede.entity.pk, appointment.public_id)
    data = form_data(sede, first_name="Marta", expected_version=version(appointment))
    assert "quedaron actualizados" in page_of(client, *where, data=data, post=True)
    assert "No había nada que cambiar" in page_of(client, *where, data=data, post=True)


def test_list_shows_delegates_who_have_not_registered(representative, sede):
    appointment, account, *_ = make_appointed_delegate(representative, sede.entity)
    assert account.login in page_of(client_of(representative), "authorized_people", sede.entity.pk)
    DelegateAccount.objects.filter(appointment=appointment).delete()
    assert "Falta: debe entrar" in page_of(client_of(representative), "authorized_people", sede.entity.pk)


def test_ended_appointment_cannot_be_edited(representative, sede):
    appointment = appoint(representative, sede)
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    with pytest.raises(Refused, match="inactivó"):
        actions.change_appointment(
            by=representative,
            appointment=appointment,
            authorization=authorization(sede, sex="M"),
            expected_version=version(appointment),
        )


def test_inactivating_closes_the_account_at_once(representative, sede):
    appointment, account, browser = make_appointed_delegate(representative, sede.entity)
    assert browser.get(reverse("users")).status_code == 200
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    account.refresh_from_db()
    assert not account.is_active
    assert browser.get(reverse("users")).url.startswith(reverse("login"))


def test_inactivating_notifies_the_person_and_records_the_choice(representative, sede, delivered):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=True)
    (message,) = delivered()
    assert (message.to, account.login in message.body) == ([appointment.email], True)
    entry = HistoryEntry.objects.of(appointment).first()
    assert (entry.event, entry.after["revoke_tokens"], entry.after["account_closed"]) == (
        "appointment.ended",
        True,
        account.login,
    )


def test_account_with_another_appointment_stays_open(representative, sede):
    appointment, account, _ = make_appointed_delegate(representative, sede.entity)
    other = make_appointment(sede.entity, representative, account.person, role_id="IPS", profile_id="INTERNACION")
    DelegateAccount.objects.create(account=account, appointment=other)
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    account.refresh_from_db()
    assert account.is_active


def test_inactivating_twice_is_refused(representative, sede):
    appointment = appoint(representative, sede)
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    with pytest.raises(Refused, match="inactivó"):
        actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)


def test_person_can_be_appointed_again_after_inactivation(representative, sede):
    actions.end_appointment(by=representative, appointment=appoint(representative, sede), revoke_tokens=False)
    assert appoint(representative, sede).ended_at is None


def test_sede_that_a_load_passed_to_another_entity_is_refused(representative, sede):
    type(sede).objects.filter(pk=sede.pk).update(entity=factories.make_entity())
    with pytest.raises(Refused, match="La sede elegida no es de la entidad"):
        appoint(representative, sede)
    assert not Appointment.objects.exists()
