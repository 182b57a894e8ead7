"""Does "Olvidé mi clave - Recordar contraseña" help the owner and tell everybody else nothing? (manual v4.1 §11.8)"""

import re
import statistics
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.ministry_interventions import suspend_account
from accounts.captcha import challenge
from accounts.models import PasswordLink
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.rate_limits.models import RateCounter
from tests import factories
from tests.accounts.login_page import token_in

pytestmark = pytest.mark.django_db
ADDRESS = "/clave/recordar/"


def data_of(account, **fields):
    return {
        "login": account.login,
        "document_type": account.person.document_type,
        "document_number": account.person.document_number,
        "email": account.email,
    } | fields


def ask(client, data, **fields):
    token = token_in(client.get(ADDRESS))
    captcha = challenge.find(client.session, token)
    return client.post(ADDRESS, data | {"captcha_token": token, "captcha": captcha.challenge} | fields)


WRONG = {
    "login": "ADMIPS999999999",
    "document_type": "CE",
    "document_number": "99999999",
    "email": "otra@correo.example",
}


# ---------------------------------------------------------------- for the owner


def test_the_log_in_page_leads_there_in_the_words_of_the_manual(client):
    assert f'<a href="{ADDRESS}">Olvidé mi clave - Recordar contraseña</a>' in client.get("/ingresar/").text


def test_the_owner_gets_one_link_by_mail(client, delegate, delivered):
    ask(client, data_of(delegate))
    (message,) = delivered()
    assert message.to == [delegate.email]
    assert "Oprima AQUÍ para asignar su contraseña" in message.body


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("login", str.lower),
        ("email", str.upper),
        ("document_number", lambda number: f" {int(number):,} ".replace(",", ".")),
    ],
)
def test_what_people_type_is_forgiven(client, delegate, field, typed):
    data = data_of(delegate)
    ask(client, data | {field: typed(data[field])})
    assert PasswordLink.objects.filter(account=delegate).exists()


@pytest.fixture
def appointed(delegate):
    """A delegate with an own account, whose entity has written another e-mail, and who works for another one too."""
    own = factories.make_natural(delegate.person, email="yo@casa.example")
    factories.make_delegate(factories.make_entity(), person=delegate.person, email="yo@otra.example")
    delegate.email = "yo@clinica.example"
    delegate.save()
    return delegate, own


@pytest.mark.parametrize("email", ["yo@clinica.example", "YO@casa.example"])
def test_link_goes_to_the_email_of_the_account_whichever_was_typed(client, appointed, delivered, email):
    ask(client, data_of(appointed[0], email=email))
    ((message, link),) = zip(delivered(), PasswordLink.objects.all(), strict=True)
    assert (message.to, link.account) == (["yo@clinica.example"], appointed[0])


def test_person_reads_at_the_typed_email_that_the_other_takes_no_mail(client, appointed):
    ask(client, data_of(appointed[0], email="yo@casa.example"))
    assert OutgoingMail.objects.get().caused_by == "yo@casa.example"


def test_email_that_another_entity_gave_asks_for_nothing(client, appointed, delivered):
    ask(client, data_of(appointed[0], email="yo@otra.example"))
    assert delivered() == []


def test_email_of_the_entity_opens_nothing_of_oneself(client, appointed, delivered):
    ask(client, data_of(appointed[1], email="yo@clinica.example"))
    assert delivered() == []


def test_email_of_a_suspended_own_account_asks_for_nothing(client, appointed, ministry, delivered):
    delegate, own = appointed
    suspend_account(by=ministry, account=own, reason="La abrió otra persona")
    told = len(delivered())
    ask(client, data_of(delegate, email=own.email))
    assert len(delivered()) == told


def test_page_names_every_email_that_is_taken_and_where_the_link_goes(client):
    page = client.get(ADDRESS).text
    for named in ("registró en Mi Seguridad Social", "«Administrar autorizados»", "«Correo de la cuenta»"):
        assert named in page
    assert "El enlace llega siempre al correo de la cuenta" in page


def test_asking_again_leaves_one_link(client, delegate):
    for _ in range(2):
        ask(client, data_of(delegate))
    assert PasswordLink.objects.count() == 1


@pytest.mark.parametrize("field", list(WRONG))
def test_a_missing_field_is_asked_for(client, delegate, field):
    response = ask(client, data_of(delegate, **{field: ""}))
    assert list(response.context["form"].errors) == [field]


def test_another_image_keeps_what_was_typed(client, delegate):
    response = client.post(ADDRESS, data_of(delegate, actualizar="si"))
    assert all(f'value="{value}"' in response.text for value in data_of(delegate).values())
    assert not OutgoingMail.objects.exists()


def test_a_wrong_code_of_the_image_looks_nothing_up(client, delegate):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = ask(client, data_of(delegate), captcha="xxxxx")
    assert "El texto ingresado no corresponde con el de la imagen" in response.text
    assert not any("accounts_account" in query["sql"] for query in queries)
    assert not RateCounter.objects.exists()


# ---------------------------------------------------------------- for everybody else


def answer(data):
    """Everything that a browser gets but for its own random values."""
    client = Client()
    response = ask(client, data)
    page = client.get(response.url)
    return (
        response.status_code,
        sorted(set(response.headers) - {"X-Request-ID"}),
        response.content,
        re.sub(r'(csrfmiddlewaretoken" value="|captcha_token" value="|/captcha/)[\w-]+', r"\1", page.text),
    )


@pytest.mark.parametrize("field", list(WRONG))
def test_the_answer_is_the_same_to_the_byte(delegate, field):
    right = answer(data_of(delegate))
    wrong = answer(data_of(delegate, **{field: WRONG[field]}))
    assert wrong == right
    assert OutgoingMail.objects.count() == PasswordLink.objects.count() == 1


@pytest.mark.parametrize("who", ["account", "entity"])
def test_who_may_not_enter_gets_no_link_and_the_same_answer(delegate, colleague, who):
    right = answer(data_of(colleague))
    thing = delegate if who == "account" else delegate.entity
    thing.is_active = False
    thing.save()
    assert answer(data_of(delegate)) == right
    assert not PasswordLink.objects.filter(account=delegate).exists()


def test_link_too_many_gets_the_same_answer(appointed, settings):
    delegate, own = appointed
    settings.RECOVERIES_ALLOWED = 1
    right = answer(data_of(delegate))
    assert answer(data_of(delegate, email=own.email)) == right
    assert OutgoingMail.objects.count() == 1


def statements(data):
    with CaptureQueriesContext(connection) as queries:
        ask(Client(), data)
    # values aside; a rollback to a savepoint is the one statement more
    shapes = [re.sub(r"'[^']*'|\d+", "?", query["sql"]).split(" VALUES ")[0] for query in queries]
    return [shape[:60] for shape in shapes if "ROLLBACK TO" not in shape]


@pytest.mark.parametrize("field", list(WRONG))
def test_the_same_statements_run_whether_or_not_they_match(delegate, field):
    right = statements(data_of(delegate))
    assert statements(data_of(delegate, **{field: WRONG[field]})) == right
    assert sum("INSERT INTO" in shape for shape in right) >= 4


@pytest.mark.django_db(transaction=True)
def test_the_same_time_passes_whether_or_not_they_match(settings):
    settings.RECOVERIES_ALLOWED = settings.RECOVERIES_ALLOWED_PER_ADDRESS = 1_000
    delegate = factories.make_delegate(factories.make_entity())
    client, times = Client(), {"right": [], "wrong": []}
    for turn in range(62):
        which = "right" if turn % 2 else "wrong"
        data = data_of(delegate, **({} if which == "right" else {"email": WRONG["email"]}))
        token = token_in(client.get(ADDRESS))
        data |= {"captcha_token": token, "captcha": challenge.find(client.session, token).challenge}
        begun = time.perf_counter()
        client.post(ADDRESS, data)
        times[which].append(time.perf_counter() - begun)
    right, wrong = (statistics.median(times[which]) for which in ("right", "wrong"))
    print(f"right {right * 1000:.2f} ms, wrong {wrong * 1000:.2f} ms")  # noqa: T201
    assert 0.75 < right / wrong < 1.33


def test_history_tells_a_wrong_try_by_a_hash(client, delegate):
    ask(client, data_of(delegate, email=WRONG["email"]))
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.actor, entry.object_type) == ("password.link_refused", None, "rate_limits.ratecounter")
    assert delegate.login not in entry.object_id


def test_staff_without_a_person_cannot_recover_a_password(client, ministry):
    ask(client, data_of(factories.make_delegate(factories.make_entity()), login=ministry.login, email=ministry.email))
    assert not OutgoingMail.objects.exists()


# ---------------------------------------------------------------- how often


@pytest.mark.parametrize("exists", [True, False])
def test_after_five_requests_for_one_login_the_sixth_waits(client, delegate, exists):
    data = data_of(delegate, **({} if exists else {"login": WRONG["login"]}))
    for _ in range(5):
        assert ask(client, data).status_code == 302
    assert "Espere 30 minutos e intente de nuevo" in ask(client, data).text


def test_account_gets_five_links_however_many_emails_its_person_has(client, appointed):
    delegate, own = appointed
    for email in (delegate.email, own.email):
        for _ in range(4):
            assert ask(client, data_of(delegate, email=email)).status_code == 302
    assert OutgoingMail.objects.count() == 5
    assert PasswordLink.objects.count() == 1


def test_one_address_asks_fifty_times(client, delegate, settings):
    settings.RECOVERIES_ALLOWED_PER_ADDRESS = 2
    for number in range(2):
        ask(client, data_of(delegate, login=f"ADMIPS99999999{number}"))
    assert "demasiadas solicitudes" in ask(client, data_of(delegate)).text
    assert not OutgoingMail.objects.exists()


def test_asking_for_links_locks_no_log_in(client, delegate):
    for _ in range(6):
        ask(client, data_of(delegate))
    client.force_login(delegate)
    assert client.get("/").status_code == 200
