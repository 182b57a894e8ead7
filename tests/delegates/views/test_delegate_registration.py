"""Does the page register delegates and PPN, or say which step is missing?"""

import re

import pytest
from django.test import Client

from accounts.models import Account
from delegates.models import DelegateAccount
from entities.models import Entity, EntityKind, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in
from tests.delegates.registering import (
    DELEGATE,
    PLACE,
    approve,
    page_text,
    send_form,
)

pytestmark = pytest.mark.django_db


def register(client, kind, nit, **fields):
    return send_form(client, f"{DELEGATE}?tipo={kind}", nit=nit, **fields)


def test_page_says_where_entidades_adaptadas_register(natural_client):
    for page in (DELEGATE, "/registro/mipres/delegado/"):
        assert "adaptada u otra obligada a compensar (EOC)" in natural_client.get(page).text


def test_the_document_is_shown_and_never_taken_from_the_request(natural_client, appointed, natural):
    other = factories.make_natural()
    register(natural_client, "IPS", appointed.entity.nit, document_number=other.person.document_number)
    assert Account.objects.get(entity=appointed.entity).person == natural.person


def test_appointed_person_becomes_delegate_with_mail_to_the_appointed_email(natural_client, appointed, natural):
    answer = register(natural_client, "IPS", appointed.entity.nit)
    made = Account.objects.get(entity=appointed.entity)
    assert answer.url == "/seguridad-social/"
    assert (made.login, made.person, made.has_usable_password()) == (
        f"ADMIPS{appointed.entity.nit}",
        natural.person,
        False,
    )
    assert DelegateAccount.objects.get().appointment == appointed
    mail = OutgoingMail.objects.get(template="password_link")
    assert (mail.recipient, "Oprima AQUÍ para asignar su contraseña" in mail.html) == ("rosa@clinica.example", True)
    assert HistoryEntry.objects.filter(event="delegate.registered", entity=appointed.entity).count() == 1


def test_the_password_is_assigned_and_the_delegate_logs_in(natural_client, appointed):
    register(natural_client, "IPS", appointed.entity.nit)
    link = re.search(r"https?://[^/]+(/clave/asignar/\S+/)", OutgoingMail.objects.latest("id").text)[1]
    client = Client()
    client.post(link, {"new": factories.PASSWORD, "confirmation": factories.PASSWORD})
    log_in(client, f"ADMIPS{appointed.entity.nit}")
    assert is_logged_in(client)


def test_stranger_with_the_delegates_document_gets_no_delegate_account(natural_client, appointed, natural):
    register(natural_client, "IPS", appointed.entity.nit)
    made = Account.objects.get(entity=appointed.entity)
    assert natural_client.post("/cambiar-de-entidad/", {"cuenta": made.login}).status_code == 404
    assert natural_client.session["_auth_user_id"] == str(natural.pk)


def test_registering_twice_is_refused_with_the_login(natural_client, appointed):
    register(natural_client, "IPS", appointed.entity.nit)
    page = page_text(register(natural_client, "IPS", appointed.entity.nit))
    assert "Usted ya está registrado" in page
    assert f"ADMIPS{appointed.entity.nit}" in page
    assert 'href="/clave/recordar/"' in page
    assert Account.objects.filter(entity=appointed.entity).count() == 1


def test_a_refusal_says_who_can_take_the_missing_step(natural_client):
    page = page_text(register(natural_client, "IPS", "899999999"))
    assert "El representante legal de la entidad." in page
    assert "Entidad no registrada" in page


def test_the_model_of_a_territorial_entity_is_the_approved_one(natural_client, natural):
    entity = factories.make_entity("ET")
    approve(entity, kind="ET", et_model=2)
    factories.make_appointment(entity, natural, natural.person)
    page = page_text(register(natural_client, "ET", entity.nit, et_model="1"))
    assert "El modelo no es el de la entidad" in page
    assert "Modelo 2 - Entidad Territorial NO Asume Red de Proveedores NO PBSUPC" in page
    assert register(natural_client, "ET", entity.nit, et_model="2").status_code == 302


def test_natural_person_becomes_their_own_provider(natural_client, natural):
    assert send_form(natural_client, f"{DELEGATE}?tipo=PPN", **PLACE).status_code == 302
    made = Account.objects.get(entity__kind=EntityKind.PPN)
    number = natural.person.document_number
    assert (made.login, made.entity.nit, made.entity.identification_type, made.email) == (
        f"ADMPPN{number}",
        number,
        "CC",
        natural.email,
    )
    sede = Sede.objects.get(entity=made.entity)
    assert (sede.name, sede.municipality_id, sede.is_main) == ("Rosa Prado", "11001", True)
    assert re.fullmatch(r"PROV[0-9]{6}", sede.code)


def test_the_form_says_who_finds_a_provider(natural_client):
    assert "Las EPS podrán encontrarlo como proveedor" in page_text(natural_client.get(f"{DELEGATE}?tipo=PPN"))


def test_provider_registers_once(natural_client):
    send_form(natural_client, f"{DELEGATE}?tipo=PPN", **PLACE)
    page = page_text(send_form(natural_client, f"{DELEGATE}?tipo=PPN", **PLACE))
    assert "Usted ya está registrado" in page
    assert Sede.objects.count() == 1


def test_diplomat_document_is_refused_before_typing():
    diplomat = factories.make_natural(factories.make_person(document_type="CD"))
    client = Client()
    client.force_login(diplomat)
    page = page_text(client.get(f"{DELEGATE}?tipo=PPN"))
    assert "no puede identificarse con «Carné diplomático»" in page
    assert "Registrar</button>" not in page
    send_form(client, f"{DELEGATE}?tipo=PPN", **PLACE)
    assert not Entity.objects.exists()


def test_a_provider_that_the_ministry_ended_stays_ended(natural_client, natural):
    send_form(natural_client, f"{DELEGATE}?tipo=PPN", **PLACE)
    Account.objects.filter(entity__isnull=False).update(is_active=False)
    assert "Cuenta inactiva" in page_text(send_form(natural_client, f"{DELEGATE}?tipo=PPN", **PLACE))
