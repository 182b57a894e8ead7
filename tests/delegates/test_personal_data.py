"""What can a person see, correct and take of his own data, and is it only his? (Ley 1581 de 2012)"""

import json
import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from accounts.actions.login import change_password
from delegates.jobs import forget_expired
from delegates.models import EmailChange, PrivacyAcceptance, Representation
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from roles.actions.role_assignments import activate_user
from roles.matrix import Option
from tests import factories
from tests.accounts.links import link_to
from tests.delegates.links import link_in_mail

pytestmark = pytest.mark.django_db

DATA = "/seguridad-social/mis-datos/"
NEW = "nuevo@correo.example"


@pytest.fixture
def account(db):
    return factories.make_natural(factories.make_person(first_name="Rosa", email="rosa@correo.example", sex="F"))


@pytest.fixture
def own(account):
    client = Client()
    client.force_login(account)
    return client


def text(response):
    return response.content.decode()


def ask(client, email=NEW, old=factories.PASSWORD):
    return client.post(f"{DATA}correo/", {"email": email, "old": old})


def link():
    return link_in_mail("confirm_email")


# ---------------------------------------------------------------- Mi lista de roles


def test_home_is_the_list_of_roles_with_the_entities_that_he_represents(own, account):
    entity = factories.make_entity(name="Clínica del Valle")
    Representation.objects.create(entity=entity, person=account.person)
    Representation.objects.create(entity=factories.make_entity(name="Otra"), person=account.person, ended_at=Now())
    page = text(own.get("/", follow=True))
    assert "Persona jurídica: Clínica del Valle" in page
    assert "Otra" not in page


def test_the_menu_of_a_person_is_not_a_delegates(own, delegate_client):
    assert "Mis datos" in text(own.get(DATA))
    assert "Activar Usuarios" not in text(own.get(DATA))
    assert "Registro de Usuarios" not in text(delegate_client.get("/"))


# ---------------------------------------------------------------- seeing and correcting


def test_a_person_sees_his_data(own, account):
    PrivacyAcceptance.objects.create(account=account, notice_version="2026-11-21", accepted_at=Now())
    page = text(own.get(DATA))
    assert {"Rosa", "rosa@correo.example", "2026-11-21"} <= set(re.findall(r"[\w@.-]+", page))


def test_the_sexo_is_corrected_at_once_and_written_down(own, account):
    own.post(f"{DATA}corregir/", {"sex": "NB"})
    account.person.refresh_from_db()
    entry = HistoryEntry.objects.get(event="person.corrected")
    assert (account.person.sex, entry.before, entry.after) == ("NB", {"sex": "F"}, {"sex": "NB"})


def test_nothing_changed_writes_nothing(own):
    own.post(f"{DATA}corregir/", {"sex": "F"})
    assert not HistoryEntry.objects.filter(event="person.corrected").exists()


def test_a_wrong_sexo_is_said(own):
    assert "El sexo debe ser uno de la lista" in text(own.post(f"{DATA}corregir/", {"sex": "X"}))


# ---------------------------------------------------------------- e-mail


def test_asking_changes_nothing_yet(own, account):
    ask(own)
    account.refresh_from_db()
    assert account.email == "rosa@correo.example"
    assert OutgoingMail.objects.get().recipient == NEW


def test_the_link_changes_the_e_mail_once_and_tells_the_old_one(own, account):
    ask(own)
    address, stranger = link(), Client()
    assert "nuevo@correo.example" in text(stranger.get(address))
    account.refresh_from_db()
    assert account.email == "rosa@correo.example"
    stranger.post(address)
    account.refresh_from_db()
    assert (account.email, account.person.email) == (NEW, NEW)
    assert OutgoingMail.objects.filter(recipient="rosa@correo.example", template="email_changed").count() == 1
    assert stranger.post(address).status_code == 410


def test_the_history_keeps_masked_addresses_only(own):
    ask(own)
    own.post(link())
    kept = repr(list(HistoryEntry.objects.values_list("before", "after")))
    assert "n***@correo.example" in kept
    assert NEW not in kept


def test_accounts_that_had_the_old_e_mail_follow_and_institutional_ones_stay(own, account):
    same = factories.make_delegate(factories.make_entity(), person=account.person, email="ROSA@correo.example")
    other = factories.make_delegate(factories.make_entity(), person=account.person, email="rosa@clinica.example")
    ppn = factories.make_delegate(factories.make_entity("PPN"), person=account.person, email="x@y.example")
    ask(own)
    own.post(link())
    for delegate in (same, other, ppn):
        delegate.refresh_from_db()
    assert (same.email, other.email, ppn.email) == (NEW, "rosa@clinica.example", NEW)


def test_a_second_request_ends_the_first(own, account):
    ask(own)
    first = link()
    ask(own, email="tercero@correo.example")
    assert own.post(first).status_code == 410
    own.post(link())
    account.refresh_from_db()
    assert account.email == "tercero@correo.example"


def test_a_new_password_ends_the_link_that_an_intruder_asked_for(own, account):
    ask(own)
    change_password(by=account, old=factories.PASSWORD, new="otra frase larga y serena")
    assert Client().post(link()).status_code == 410
    account.refresh_from_db()
    assert account.email == "rosa@correo.example"


def test_a_password_link_in_the_old_mailbox_dies_with_the_address(own, account):
    waiting = link_to(account, "recover")
    ask(own)
    own.post(link())
    assert Client().get(waiting).status_code == 410


def test_an_expired_link_changes_nothing_and_is_forgotten(own, account):
    ask(own)
    EmailChange.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert own.post(link()).status_code == 410
    forget_expired()
    assert not EmailChange.objects.exists()


def test_a_wrong_password_counts_and_asks_for_nothing(own, account, settings):
    settings.LOGIN_FAILURES_ALLOWED = 2
    assert "La contraseña debe ser la que usa hoy" in text(ask(own, old="otra cosa distinta"))
    ask(own, old="otra cosa distinta")
    assert "Ingreso bloqueado por seguridad" in text(ask(own))
    assert not EmailChange.objects.exists()


@pytest.mark.parametrize("address", ["corregir/", "correo/"])
def test_opening_what_only_acts_leads_back(own, address):
    assert own.get(DATA + address).url == DATA


# ---------------------------------------------------------------- downloading


def test_the_download_holds_everything_of_his_and_nothing_of_others(own, account, delegate, sede):
    user = factories.make_user(profession="P07")
    user.person = account.person
    user.save()
    factories.make_assignment(user, sede, "Rol_Anulador", delegate)
    factories.make_appointment(sede.entity, delegate, account.person)
    factories.make_user(first_name="Ajena")
    answer = own.get(f"{DATA}descargar/")
    data = json.loads(answer.content)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mis-datos.json"'
    assert data["persona"]["primer nombre"] == "Rosa"
    assert data["cuentas"][0]["usuario"] == account.login
    assert data["registro en MIPRES"][0]["profesión"] == "Medicina"
    assert data["roles en MIPRES"][0]["rol"] == "Rol_Anulador"
    assert data["autorizaciones de entidades"][0]["entidad"] == sede.entity.name
    assert "Ajena" not in text(answer)
    assert "argon2" not in text(answer)
    assert HistoryEntry.objects.filter(event="person.downloaded").count() == 1


def test_the_history_in_the_download_names_no_delegate(own, account, delegate, sede):
    user = factories.make_user()
    user.person = account.person
    user.save()
    activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=("Rol_Anulador",))
    answer = own.get(f"{DATA}descargar/")
    acts = json.loads(answer.content)["historia"]
    assert ("Roles asignados", sede.entity.name) in {(act["acto"], act["por una entidad"]) for act in acts}
    assert delegate.login not in text(answer)
