"""Who can register in MIPRES, as what, and does every refusal say which step is missing?"""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.test import Client

from accounts.models import Account
from accounts.usernames import next_delegate_login
from delegates.actions import delegate_registration as actions
from delegates.actions.user_registration import register_user
from delegates.models import DelegateAccount, Representation
from entities.models import Entity, EntityKind, Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from roles.models import RegisteredUser, RethusEntry, SsoPost
from roles.validity import today
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in, solution

pytestmark = pytest.mark.django_db

FORMS = "/registro/mipres/{}/formulario/"
DELEGATE = FORMS.format("delegado")


@pytest.fixture
def account(db):
    return factories.make_natural(factories.make_person(first_name="Rosa", first_surname="Prado"))


@pytest.fixture
def own(account):
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def appointed(account):
    """An approved IPS that has appointed the person of the session."""
    entity = factories.make_entity(name="Clínica del Valle")
    approve(entity)
    return factories.make_appointment(entity, factories.make_natural(), account.person, email="rosa@clinica.example")


def approve(entity, **registration):
    representative = factories.make_natural()
    kept = factories.make_registration(representative, nit=entity.nit, state="aprobada", **registration)
    Representation.objects.create(entity=entity, person=representative.person, registration=kept)


def text(response):
    return response.content.decode()


def send(client, page, **fields):
    return client.post(page, solution(client, FORMS.format("otro")) | fields)


def register(client, kind, nit, **fields):
    return send(client, f"{DELEGATE}?tipo={kind}", nit=nit, **fields)


def refused(account, **asked):
    with pytest.raises(Refused) as caught:
        actions.register_delegate(by=account, **asked)
    return caught.value.refusal.headline


# ---------------------------------------------------------------- pages


def test_the_applications_are_shown_and_three_are_other_systems(client):
    page = text(client.get("/registro/"))
    assert all(name in page for name in ("MIPRES", "RUAF-ND", "RELAB", "REPSO"))
    assert page.count("Es otro sistema del Ministerio") == 3


@pytest.mark.parametrize("slug", ["profesional", "delegado", "sso", "otro"])
def test_whoever_has_no_session_reads_the_steps_and_comes_back_to_the_form(client, account, slug):
    page = text(client.get(f"/registro/mipres/{slug}/"))
    assert f"/ingresar/?next={FORMS.format(slug)}" in page
    assert "/seguridad-social/registro/" in page
    answer = log_in(client, account.login, page=f"/ingresar/?next={FORMS.format(slug)}")
    assert answer.url == FORMS.format(slug)


def test_another_type_of_user_does_not_exist(client):
    assert client.get("/registro/mipres/gerente/").status_code == 404


def test_a_delegate_is_sent_to_his_own_account(delegate_client):
    assert "cuenta de persona natural" in text(delegate_client.get("/registro/mipres/delegado/"))


def test_the_document_is_shown_and_never_taken_from_the_request(own, appointed, account):
    other = factories.make_natural()
    register(own, "IPS", appointed.entity.nit, document_number=other.person.document_number)
    assert Account.objects.get(entity=appointed.entity).person == account.person


# ---------------------------------------------------------------- delegates


def test_an_appointed_person_becomes_a_delegate_and_gets_the_mail_at_the_appointed_address(own, appointed, account):
    answer = register(own, "IPS", appointed.entity.nit)
    made = Account.objects.get(entity=appointed.entity)
    assert answer.url == "/seguridad-social/"
    assert (made.login, made.person, made.has_usable_password()) == (
        f"ADMIPS{appointed.entity.nit}",
        account.person,
        False,
    )
    assert DelegateAccount.objects.get().appointment == appointed
    mail = OutgoingMail.objects.get(template="password_link")
    assert (mail.recipient, "Oprima AQUÍ para asignar su contraseña" in mail.html) == ("rosa@clinica.example", True)
    assert HistoryEntry.objects.filter(event="delegate.registered", entity=appointed.entity).count() == 1


def test_the_password_is_assigned_and_the_delegate_logs_in(own, appointed):
    register(own, "IPS", appointed.entity.nit)
    link = re.search(r"https?://[^/]+(/clave/asignar/\S+/)", OutgoingMail.objects.latest("id").text)[1]
    client = Client()
    client.post(link, {"new": factories.PASSWORD, "confirmation": factories.PASSWORD})
    log_in(client, f"ADMIPS{appointed.entity.nit}")
    assert is_logged_in(client)


def test_whoever_opened_an_account_with_the_document_of_a_delegate_does_not_become_him(own, appointed, account):
    register(own, "IPS", appointed.entity.nit)
    made = Account.objects.get(entity=appointed.entity)
    assert own.post("/cambiar-de-entidad/", {"cuenta": made.login}).status_code == 404
    assert own.session["_auth_user_id"] == str(account.pk)


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [("IPS", "ADMIPS"), ("EPS_C", "ADMEPS"), ("EPS_S", "ADMEPSS"), ("PROV", "ADMPROV"), ("ET", "ADMET")],
)
def test_the_login_says_the_kind_and_the_nit(account, kind, prefix):
    entity = factories.make_entity(kind)
    approve(entity)
    factories.make_appointment(entity, account, account.person)
    assert actions.register_delegate(by=account, kind=kind, nit=entity.nit).login == f"{prefix}{entity.nit}"


def test_a_further_delegate_of_the_entity_gets_a_suffix(appointed, account):
    actions.register_delegate(by=account, kind="IPS", nit=appointed.entity.nit)
    logins = []
    for _ in range(2):
        other = factories.make_natural()
        factories.make_appointment(appointed.entity, account, other.person)
        logins.append(actions.register_delegate(by=other, kind="IPS", nit=appointed.entity.nit).login)
    assert logins == [f"ADMIPS{appointed.entity.nit}-2", f"ADMIPS{appointed.entity.nit}-3"]


def test_an_entity_that_nobody_registered_is_told_apart_by_nobody(account):
    unknown = refused(account, kind="IPS", nit="899999999")
    assert (unknown, refused(account, kind="IPS", nit=factories.make_entity().nit)) == ("Entidad no registrada",) * 2


def test_the_entity_of_another_kind_is_not_the_entity(appointed, account):
    assert refused(account, kind="PROV", nit=appointed.entity.nit) == "Entidad no registrada"


def test_an_inactive_entity_takes_no_delegates(appointed, account):
    Entity.objects.update(is_active=False)
    assert refused(account, kind="IPS", nit=appointed.entity.nit) == "Entidad inactiva"


def test_without_appointment_nobody_is_a_delegate(appointed):
    assert refused(factories.make_natural(), kind="IPS", nit=appointed.entity.nit) == "Sin nombramiento"


def test_an_appointment_that_ended_counts_no_more(appointed, account):
    type(appointed).objects.update(ended_at=Now(), ended_by=account)
    assert refused(account, kind="IPS", nit=appointed.entity.nit) == "Sin nombramiento"


def test_another_profile_is_no_delegate(appointed, account):
    type(appointed).objects.update(profile="PARENTESCO")
    assert refused(account, kind="IPS", nit=appointed.entity.nit) == "Sin nombramiento"


def test_registering_twice_is_refused_with_the_login(own, appointed):
    register(own, "IPS", appointed.entity.nit)
    page = text(register(own, "IPS", appointed.entity.nit))
    assert "Usted ya está registrado" in page
    assert f"ADMIPS{appointed.entity.nit}" in page
    assert 'href="/clave/recordar/"' in page
    assert Account.objects.filter(entity=appointed.entity).count() == 1


def test_a_refusal_says_who_can_take_the_missing_step(own):
    page = text(register(own, "IPS", "899999999"))
    assert "El representante legal de la entidad." in page
    assert "Entidad no registrada" in page


def test_a_person_appointed_again_gets_the_old_login_back(appointed, account):
    old = actions.register_delegate(by=account, kind="IPS", nit=appointed.entity.nit)
    old.set_password(factories.PASSWORD)
    old.is_active = False
    old.save()
    type(appointed).objects.update(ended_at=Now(), ended_by=account)
    factories.make_appointment(appointed.entity, account, account.person, email="otra@clinica.example")
    again = actions.register_delegate(by=account, kind="IPS", nit=appointed.entity.nit)
    assert (again.pk, again.is_active, again.has_usable_password(), again.email) == (
        old.pk,
        True,
        False,
        "otra@clinica.example",
    )
    assert HistoryEntry.objects.filter(event="delegate.reactivated").count() == 1


def test_an_account_that_was_ended_under_the_same_appointment_stays_ended(appointed, account):
    old = actions.register_delegate(by=account, kind="IPS", nit=appointed.entity.nit)
    Account.objects.filter(pk=old.pk).update(is_active=False)
    assert refused(account, kind="IPS", nit=appointed.entity.nit) == "Cuenta inactiva"


def test_the_model_of_a_territorial_entity_is_the_approved_one(own, account):
    entity = factories.make_entity("ET")
    approve(entity, kind="ET", et_model=2)
    factories.make_appointment(entity, account, account.person)
    page = text(register(own, "ET", entity.nit, et_model="1"))
    assert "El modelo no es el de la entidad" in page
    assert "Modelo 2 - Entidad Territorial NO Asume Red de Proveedores NO PBSUPC" in page
    assert register(own, "ET", entity.nit, et_model="2").status_code == 302


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"nit": ""}, "Ingrese el NIT de la entidad."),
        ({"nit": "900123456-7"}, "sin puntos ni dígito de verificación, por ejemplo 900123456."),
        ({"nit": "9" * 30}, "máximo 10 dígitos"),
        ({"et_model": ""}, "Elija el modelo"),
        ({"et_model": "3"}, "El modelo debe ser el 1 o el 2."),
        ({"captcha": "NOES1"}, "El texto ingresado no corresponde con el de la imagen"),
    ],
)
def test_what_is_missing_or_wrong_is_said(own, fields, message):
    assert message in text(send(own, f"{DELEGATE}?tipo=ET", **({"nit": "900123456", "et_model": "1"} | fields)))


@pytest.mark.parametrize("kind", ["", "PI", "x" * 500])
def test_another_kind_of_entity_asks_for_one(own, kind):
    page = text(own.get(DELEGATE, {"tipo": kind}))
    assert "Revise lo siguiente" in page
    assert own.post(f"{DELEGATE}?tipo={kind}").status_code == 200


def together(*deeds):
    """What the deeds return or are refused with, each in a thread and a connection of its own."""
    results, barrier = [], threading.Barrier(len(deeds))

    def do(deed):
        barrier.wait()
        try:
            results.append(deed().login)
        except Refused as refused:
            results.append(refused.refusal.headline)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


@pytest.mark.django_db(transaction=True)
def test_delegates_who_register_at_once_get_different_logins(appointed, account):
    people = [account, *(factories.make_natural() for _ in range(5))]
    for person in people[1:]:
        factories.make_appointment(appointed.entity, account, person.person)
    nit = appointed.entity.nit
    deeds = [lambda by=by: actions.register_delegate(by=by, kind="IPS", nit=nit) for by in people]
    assert together(*deeds) == sorted([f"ADMIPS{nit}", *(f"ADMIPS{nit}-{number}" for number in range(2, 7))])


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_account(appointed, account):
    nit = appointed.entity.nit
    deed = lambda: actions.register_delegate(by=account, kind="IPS", nit=nit)  # noqa: E731
    assert together(deed, deed) == [f"ADMIPS{nit}", "Usted ya está registrado"]


def test_two_entities_with_one_name_share_the_numbers():
    first = factories.make_entity("PPN", nit="1025000111")
    factories.make_delegate(first)
    assert (
        next_delegate_login(factories.make_entity("PPN", nit="1025000111", identification_type="PT"))
        == "ADMPPN1025000111-2"
    )


# ---------------------------------------------------------------- Proveedor Persona Natural

PLACE = {"phone": "601 330 5043", "address": "Calle 1 # 2-3", "department": "11", "municipality": "11001"}


def test_a_natural_person_becomes_his_own_provider(own, account):
    assert send(own, f"{DELEGATE}?tipo=PPN", **PLACE).status_code == 302
    made = Account.objects.get(entity__kind=EntityKind.PPN)
    number = account.person.document_number
    assert (made.login, made.entity.nit, made.entity.identification_type, made.email) == (
        f"ADMPPN{number}",
        number,
        "CC",
        account.email,
    )
    sede = Sede.objects.get(entity=made.entity)
    assert (sede.name, sede.municipality_id, sede.is_main) == ("Rosa Prado", "11001", True)
    assert re.fullmatch(r"PROV[0-9]{6}", sede.code)


def test_he_becomes_one_once(own):
    send(own, f"{DELEGATE}?tipo=PPN", **PLACE)
    page = text(send(own, f"{DELEGATE}?tipo=PPN", **PLACE))
    assert "Usted ya está registrado" in page
    assert Sede.objects.count() == 1


def test_a_document_by_which_no_entity_is_known_is_refused_before_typing():
    diplomat = factories.make_natural(factories.make_person(document_type="CD"))
    client = Client()
    client.force_login(diplomat)
    page = text(client.get(f"{DELEGATE}?tipo=PPN"))
    assert "no puede identificarse con «Carné diplomático»" in page
    assert "Registrar</button>" not in page
    send(client, f"{DELEGATE}?tipo=PPN", **PLACE)
    assert not Entity.objects.exists()


def test_a_provider_that_the_ministry_ended_stays_ended(own, account):
    send(own, f"{DELEGATE}?tipo=PPN", **PLACE)
    Account.objects.filter(entity__isnull=False).update(is_active=False)
    assert "Cuenta inactiva" in text(send(own, f"{DELEGATE}?tipo=PPN", **PLACE))


def test_the_municipality_is_of_the_department(own):
    assert "del departamento elegido" in text(send(own, f"{DELEGATE}?tipo=PPN", **PLACE | {"department": "05"}))
    assert not Entity.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_provider(account):
    deed = lambda: actions.register_ppn(by=account, phone="1", address="2", municipality_id="11001")  # noqa: E731
    assert together(deed, deed) == [f"ADMPPN{account.person.document_number}", "Usted ya está registrado"]
    assert Sede.objects.count() == 1


# ---------------------------------------------------------------- Profesional, SSO, Otro Usuario


def rethus(account, profession="P07", **fields):
    document = {"document_type": account.person.document_type, "document_number": account.person.document_number}
    return RethusEntry.objects.create(
        profession_id=profession, registry_number=f"RM-{profession}", **document, **fields
    )


def plaza(account, first=-10, last=10):
    document = {"document_type": "CC", "document_number": account.person.document_number}
    days = {"starts_on": today() + timedelta(days=first), "ends_on": today() + timedelta(days=last)}
    return SsoPost.objects.create(
        sede=factories.make_sede(factories.make_entity(name="Hospital de la Plaza")), **document, **days
    )


def registered(account):
    user = RegisteredUser.objects.get(person=account.person)
    return user.kind, user.profession_id, user.professional_registry


def test_who_is_in_rethus_registers_as_a_professional(own, account):
    rethus(account)
    assert send(own, FORMS.format("profesional"), profession="P07").status_code == 302
    assert registered(account) == ("PROF", "P07", "RM-P07")
    assert OutgoingMail.objects.get(template="user_registered").recipient == account.email
    assert HistoryEntry.objects.get(event="user.registered").after == {"kind": "PROF", "profession": "P07"}


def test_who_has_two_professions_chooses(own, account):
    rethus(account), rethus(account, "P08")
    assert "Elija la profesión." in text(send(own, FORMS.format("profesional")))
    send(own, FORMS.format("profesional"), profession="P08")
    assert registered(account) == ("PROF", "P08", "RM-P08")


def test_a_profession_of_somebody_else_is_refused(own, account):
    rethus(account)
    assert "debe ser una de las que tiene en ReTHUS" in text(send(own, FORMS.format("profesional"), profession="P09"))


def test_who_is_not_in_rethus_is_told_where_to_go(own, account):
    rethus(account, closed_on=today())
    page = text(own.get(FORMS.format("profesional")))
    assert "No está en ReTHUS" in page
    assert "el colegio de su profesión" in page
    assert "Registrar</button>" not in page


def test_anybody_registers_as_another_user(own, account):
    send(own, FORMS.format("otro"))
    assert registered(account) == ("OTRO", None, "")


@pytest.mark.parametrize(("first", "last"), [(-10, 10), (5, 100)])
def test_an_sso_needs_a_plaza_in_force_or_to_come(own, account, first, last):
    rethus(account)
    plaza(account, first, last)
    send(own, FORMS.format("sso"), profession="P07")
    assert registered(account) == ("SSO", "P07", "RM-P07")


def test_without_plaza_nobody_is_sso(own, account):
    rethus(account)
    plaza(account, -400, -30)
    page = text(own.get(FORMS.format("sso")))
    assert "Sin plaza de Servicio Social Obligatorio" in page
    assert FORMS.format("profesional") in page


def test_a_profession_that_serves_no_sso_is_told(own, account):
    rethus(account, "P11")
    plaza(account)
    assert "Su profesión no presta Servicio Social Obligatorio" in text(own.get(FORMS.format("sso")))


@pytest.fixture
def sso(account):
    rethus(account)
    return RegisteredUser.objects.create(
        person=account.person, kind="SSO", profession_id="P07", professional_registry="RM-P07"
    )


def test_an_ex_sso_registers_again_as_a_professional(own, account, sso):
    plaza(account, -400, -1)
    send(own, FORMS.format("profesional"), profession="P07")
    assert registered(account) == ("PROF", "P07", "RM-P07")
    assert HistoryEntry.objects.get(event="user.registered_again").before == {"kind": "SSO", "profession": "P07"}


def test_an_sso_in_his_plaza_stays_one(own, account, sso):
    plaza(account)
    page = text(send(own, FORMS.format("profesional"), profession="P07"))
    assert "Su plaza de Servicio Social Obligatorio no ha terminado" in page
    assert "Hospital de la Plaza, la IPS de la plaza." in page
    assert registered(account)[0] == "SSO"


@pytest.mark.parametrize("first", [-1, 1])
def test_who_holds_roles_or_will_must_have_them_ended_first(own, account, sso, delegate, sede, first):
    factories.make_assignment(sso, sede, "Rol_Anulador", delegate, starts_at=Now() + timedelta(days=first))
    page = text(send(own, FORMS.format("otro")))
    assert "Usted tiene roles activos" in page
    assert f"Rol_Anulador en {sede.entity.name}, sede {sede.code}" in page
    assert registered(account)[0] == "SSO"


def test_registering_as_the_same_again_is_refused_without_history(own, account, sso):
    plaza(account)
    assert "no hay nada que cambiar" in text(send(own, FORMS.format("sso"), profession="P07"))
    assert not HistoryEntry.objects.filter(event__startswith="user.registered").exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_registers_once(account):
    deed = lambda: register_user(by=account, kind="OTRO")  # noqa: E731
    assert together(deed, deed) == [account.login, "Usted ya está registrado"]
