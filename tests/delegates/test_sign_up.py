"""Who gets an account of Mi Seguridad Social, persona natural, and what does everybody else learn?"""

import re
import statistics
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, Person
from delegates.actions import sign_up as actions
from delegates.jobs import forget_expired
from delegates.models import PrivacyAcceptance, SignUp
from delegates.privacy_notice import NOTICE_VERSION
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox import mail_links
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.login_page import log_in, solution
from tests.cells import each_cell
from tests.delegates.links import MARIA, link_in_mail

pytestmark = pytest.mark.django_db

PAGE = "/seguridad-social/registro/"
TYPED = {
    "document_type": "CC",
    "document_number": "1.025.000.111",
    "first_name": "María",
    "second_name": "Gabriela",
    "first_surname": "Suárez",
    "second_surname": "",
    "sex": "F",
    "email": "maria@correo.example",
    "notice": "on",
}
NEW = {"new": factories.PASSWORD, "confirmation": factories.PASSWORD}
OTHER_NEW = dict.fromkeys(NEW, "otra frase larga y serena")


def send(client, **changed):
    return client.post(PAGE, TYPED | solution(client) | changed)


def known(**fields):
    """A person with the document that is typed, and the same names, whoever wrote them."""
    defaults = {"document_number": "1025000111", "first_name": "MARIA", "first_surname": "Suarez"}
    return factories.make_person(**(defaults | fields))


def last_mail():
    return OutgoingMail.objects.latest("id")


def link():
    return link_in_mail("sign_up")


def text(response):
    return response.content.decode()


@pytest.fixture
def asked(client):
    """A request that has been made, and its link."""
    send(client)
    return link()


# ---------------------------------------------------------------- asking


def test_asking_makes_nobody_yet(client):
    assert send(client).url == "/seguridad-social/registro/enviado/"
    assert not Person.objects.exists()
    assert SignUp.objects.get().document_number == "1025000111"


def test_the_link_goes_to_the_address_that_was_typed(client, asked):
    assert last_mail().recipient == "maria@correo.example"


def test_the_mail_repeats_nothing_that_a_stranger_typed(client):
    send(client, first_name="Publicidad")
    assert "Publicidad" not in last_mail().text + last_mail().html


def test_who_has_an_account_is_told_so_at_his_own_address(client):
    account = factories.make_natural(known(email="de-siempre@correo.example"))
    send(client)
    assert last_mail().recipient == "de-siempre@correo.example"
    assert account.login in last_mail().text
    assert "confirmar" not in last_mail().text + last_mail().html


def test_everybody_reads_the_same_page(client):
    unknown = send(client)
    factories.make_natural(known())
    again = send(client)
    assert (unknown.status_code, unknown.url, unknown.content) == (again.status_code, again.url, again.content)


def queries(client):
    fields = TYPED | solution(client)
    with CaptureQueriesContext(connection) as captured:
        client.post(PAGE, fields)
    return [query["sql"].split()[0] for query in captured]


def test_everybody_costs_the_same_queries(client):
    send(client)
    unknown = queries(client)
    factories.make_natural(known())
    assert queries(client) == unknown


def test_everybody_waits_as_long(client, settings):
    settings.RECOVERIES_ALLOWED = settings.RECOVERIES_ALLOWED_PER_ADDRESS = 10_000
    stranger = replace(MARIA, document_number="1025000999")
    factories.make_natural(known())

    def waited(who):
        start = time.perf_counter()
        actions.request_account(applicant=who)
        return time.perf_counter() - start

    waited(MARIA), waited(stranger)
    times = [(waited(MARIA), waited(stranger)) for _ in range(60)]
    ratio = statistics.median(a for a, _ in times) / statistics.median(b for _, b in times)
    assert 0.75 < ratio < 1.33


@each_cell(
    ("field", "typed", "message"),
    [
        ("document_number", "", "Ingrese el documento de identificación."),
        ("document_type", "TI", "debe ser uno de la lista"),
        ("first_name", "", "Ingrese el primer nombre."),
        ("first_name", "M4ría", "debe tener solo letras, por ejemplo María."),
        ("first_surname", "x" * 61, "máximo 60 letras"),
        ("sex", "", "Ingrese el sexo."),
        ("email", "maria", "por ejemplo nombre@dominio.com"),
        ("notice", "", "Ingrese su autorización"),
        ("captcha", "", "Ingrese el código de la imagen."),
        ("captcha", "NOES1", "El texto ingresado no corresponde con el de la imagen"),
    ],
)
def test_what_is_missing_or_wrong_is_said(client, field, typed, message):
    assert message in text(send(client, **{field: typed}))
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("name", ["De la Cruz", "O’Neill", "Ñáñez", "Jean-Marie", "Ma."])
def test_names_of_people_are_accepted(client, name):
    assert send(client, first_name=name).status_code == 302


def test_another_image_checks_nothing_and_keeps_what_was_typed(client):
    page = text(client.post(PAGE, TYPED | {"actualizar": "si"}))
    assert "Revise lo siguiente" not in page
    assert 'value="maria@correo.example"' in page


def test_a_document_or_an_address_can_not_be_flooded(client, settings):
    settings.RECOVERIES_ALLOWED = 2
    send(client), send(client)
    assert "demasiadas solicitudes con este documento o este correo" in text(send(client))
    assert SignUp.objects.count() == 2


def test_an_e_mail_can_not_be_flooded_with_other_documents(client, settings):
    settings.RECOVERIES_ALLOWED = 2
    for number in ("1025000201", "1025000202", "1025000203"):
        send(client, document_number=number)
    assert SignUp.objects.count() == 2


def test_the_secret_is_neither_in_the_table_nor_in_the_history(client, asked):
    secret = asked.split("/")[-2]
    kept = repr(list(SignUp.objects.values())) + repr(list(HistoryEntry.objects.values()))
    assert secret not in kept
    assert mail_links.hash_of(secret) in kept


# ---------------------------------------------------------------- confirming


def test_a_link_scanner_changes_nothing(client, asked):
    for _ in range(3):
        page = Client().get(asked)
    assert "CC1025000111" in text(page)
    assert not Account.objects.exists()
    assert page.headers["Referrer-Policy"] == "strict-origin"


def test_confirming_makes_person_account_and_acceptance(client, asked):
    assert client.post(asked, NEW).url == "/ingresar/"
    account = Account.objects.get()
    assert (account.login, account.email, str(account.person)) == (
        "CC1025000111",
        "maria@correo.example",
        "María Gabriela Suárez",
    )
    assert PrivacyAcceptance.objects.get(account=account).notice_version == NOTICE_VERSION
    assert PrivacyAcceptance.objects.get().accepted_at == SignUp.objects.get().accepted_at
    assert HistoryEntry.objects.filter(event="sign_up.confirmed", actor=account).count() == 1


def test_the_new_account_logs_in_and_sees_its_roles(client, asked):
    client.post(asked, NEW)
    log_in(client, "CC1025000111")
    assert "Mi lista de roles" in text(client.get("/", follow=True))


def test_the_link_serves_once(client, asked):
    client.post(asked, NEW)
    for answer in (client.get(asked), client.post(asked, OTHER_NEW)):
        assert (answer.status_code, "Este enlace ya no sirve" in text(answer)) == (410, True)
    assert Account.objects.get().check_password(factories.PASSWORD)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_link_opens_nothing(client, asked, method):
    SignUp.objects.update(accepted_at=Now() - timedelta(hours=2), expires_at=Now() - timedelta(seconds=1))
    assert getattr(client, method)(asked, NEW).status_code == 410
    assert not Account.objects.exists()


@pytest.mark.parametrize("secret", ["x", "x" * 500, "%00", "ñ"])
def test_any_other_link_opens_nothing(client, secret):
    assert client.get(f"/seguridad-social/confirmar/{secret}/").status_code == 410


def test_a_weak_password_leaves_the_link_open(client, asked):
    assert "Error" in text(client.post(asked, {"new": "corta", "confirmation": "corta"}))
    assert client.post(asked, NEW).status_code == 302


def test_a_known_person_gets_the_account_and_the_confirmed_address(client):
    person = known(email="viejo@correo.example")
    send(client)
    client.post(link(), NEW)
    person.refresh_from_db()
    assert (Account.objects.get().person, person.email, person.first_name) == (person, "maria@correo.example", "MARIA")


def test_the_address_that_a_known_person_had_is_told(client):
    known(email="viejo@correo.example")
    send(client)
    client.post(link(), NEW)
    assert OutgoingMail.objects.filter(recipient="viejo@correo.example", template="email_changed").exists()


def test_a_delegate_opens_his_own_account_with_the_e_mail_of_a_delegate(client):
    factories.make_delegate(factories.make_entity(), person=known(), email=TYPED["email"].upper())
    send(client)
    assert client.post(link(), NEW).url == "/ingresar/"


def obstacles():
    return {
        "other names": lambda: known(first_surname="Restrepo"),
        "deceased": lambda: known(deceased_on="2025-01-01"),
        "has an account": lambda: factories.make_natural(known()),
        "a delegate of another e-mail": lambda: factories.make_delegate(factories.make_entity(), person=known()),
        "login of the Ministry": lambda: Account.objects.create_superuser("CC1025000111", email="a@b.example"),
    }


@pytest.mark.parametrize("obstacle", obstacles())
def test_whatever_stands_against_it_is_refused_in_the_same_words(client, asked, obstacle):
    obstacles()[obstacle]()
    before = Account.objects.count()
    page = client.post(asked, NEW)
    assert (page.status_code, "No se creó la cuenta" in text(page)) == (410, True)
    assert Account.objects.count() == before
    assert HistoryEntry.objects.filter(event="sign_up.refused").count() == 1


def test_the_refusals_are_the_same_bytes(client):
    pages = set()
    for number, make in enumerate(obstacles().values()):
        Account.objects.filter(login="CC1025000111").update(login=f"OLD{number}", person=None, is_staff=True)
        Person.objects.filter(document_number="1025000111").update(document_number=f"10250002{number}")
        actions.request_account(applicant=MARIA)
        make()
        pages.add(re.sub(r'value="[^"]*"', "", text(client.post(link(), NEW))))
    assert len(pages) == 1


def confirmed_at_once(*secrets):
    """What each confirmation returned or was refused with, all at the same time."""
    results, barrier = [], threading.Barrier(len(secrets))

    def confirm(secret):
        barrier.wait()
        try:
            results.append(actions.confirm_account(secret=secret, new=factories.PASSWORD).login)
        except Refused as refused:
            results.append(refused.refusal.headline)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=(secret,)) for secret in secrets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_one_opens_the_account(client, asked):
    secret = asked.split("/")[-2]
    assert confirmed_at_once(secret, secret) == ["CC1025000111", "Este enlace ya no sirve"]
    assert Account.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_links_for_one_document_one_opens_the_account(client):
    secrets = []
    for _ in range(2):
        actions.request_account(applicant=MARIA)
        secrets.append(link().split("/")[-2])
    assert confirmed_at_once(*secrets) == ["CC1025000111", "No se creó la cuenta"]
    assert Person.objects.count() == 1


def test_requests_that_expired_are_forgotten(client, asked):
    forget_expired()
    assert SignUp.objects.count() == 1
    SignUp.objects.update(accepted_at=Now() - timedelta(hours=2), expires_at=Now() - timedelta(seconds=1))
    forget_expired()
    assert not SignUp.objects.exists()


def test_the_notice_says_its_version(client):
    page = text(client.get(reverse("privacy_notice")))
    assert NOTICE_VERSION in page
    assert "Superintendencia de Industria y Comercio" in page
