"""Does the page of the link set the password, and say why a link does not open?"""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, PasswordLink
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.accounts.links import link_to
from tests.accounts.login_page import is_logged_in, log_in

pytestmark = pytest.mark.django_db
NEW = "otra frase larga y serena"
DEAD = "Este enlace ya no sirve"


def assign(client, address, new=NEW, confirmation=None):
    return client.post(address, {"new": new, "confirmation": confirmation or new})


def fresh(account):
    return Account.objects.get(pk=account.pk)


@pytest.fixture
def newcomer(ips):
    return factories.make_delegate(ips, password=None)


# ---------------------------------------------------------------- the page


def test_opening_the_link_changes_nothing_however_often(client, newcomer):
    address = link_to(newcomer)
    before = list(PasswordLink.objects.values()), HistoryEntry.objects.count()
    for method in (client.get, client.head, client.get):
        assert method(address).status_code == 200
    assert (list(PasswordLink.objects.values()), HistoryEntry.objects.count()) == before
    assert not fresh(newcomer).has_usable_password()


def test_the_page_tells_its_address_to_nobody(client, newcomer):
    response = client.get(link_to(newcomer))
    assert response.headers["Referrer-Policy"] == "strict-origin"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_page_shows_for_which_user_it_is(client, newcomer):
    assert f'value="{newcomer.login}"' in client.get(link_to(newcomer)).text


def test_the_password_of_the_form_opens(client, newcomer):
    response = assign(client, link_to(newcomer))
    assert (response.status_code, response.url) == (302, "/ingresar/")
    assert "Contraseña cambiada exitosamente" in client.get(response.url).text
    log_in(client, newcomer.login, NEW)
    assert is_logged_in(client)


def test_the_password_of_a_link_does_not_replace_the_second_factor(client, newcomer):
    factories.make_app(newcomer)
    assign(client, link_to(newcomer))
    assert log_in(client, newcomer.login, NEW).url == reverse("second_factor")
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    ("new", "confirmation", "field"),
    [("corta", None, "new"), ("", None, "new"), (NEW, "otra cosa", "confirmation"), ("x" * 300, None, "new")],
)
def test_a_refused_password_leaves_the_link(client, newcomer, new, confirmation, field):
    address = link_to(newcomer)
    assert field in assign(client, address, new, confirmation).context["form"].errors
    assert client.get(address).status_code == 200


def test_link_refuses_one_of_the_last_passwords(client, delegate):
    response = assign(client, link_to(delegate, "recover"), factories.PASSWORD)
    assert response.context["form"].errors == {"new": ["No puede usar alguna de sus ultimas 3 contraseñas"]}


def test_the_new_password_is_remembered(client, newcomer):
    assign(client, link_to(newcomer))
    assert newcomer.password_records.count() == 1


def test_every_session_of_the_account_ends(client, delegate_client, delegate):
    assign(client, link_to(delegate, "recover"))
    delegate_client.get("/")
    assert not is_logged_in(delegate_client)


def test_a_locked_user_may_enter_again(client, delegate):
    for _ in range(6):
        log_in(client, delegate.login, "otra cosa distinta")
    assign(client, link_to(delegate, "recover"))
    log_in(client, delegate.login, NEW)
    assert is_logged_in(client)


def test_asking_for_a_link_unlocks_nothing(client, delegate):
    for _ in range(6):
        log_in(client, delegate.login, "otra cosa distinta")
    link_to(delegate, "recover")
    assert "Ingreso bloqueado" in log_in(client, delegate.login).text


def test_use_of_the_link_is_recorded_once_and_mailed(client, newcomer, delivered):
    assign(client, link_to(newcomer))
    entry = HistoryEntry.objects.get(event="password.assigned")
    assert (entry.actor, entry.object_id, entry.after) == (newcomer, str(newcomer.pk), {})
    assert delivered()[-1].subject == "Su contraseña de MIPRES fue cambiada"


# ---------------------------------------------------------------- links that do not open


def dead(response):
    return response.status_code == 410 and DEAD in response.text


@pytest.mark.parametrize("secret", ["x", "x" * 43, "ñandú", "%00", "a b"])
def test_an_unknown_link_says_what_to_do(client, secret):
    page = client.get(f"/clave/asignar/{secret}/")
    assert dead(page)
    assert 'href="/clave/recordar/"' in page.text


def test_a_form_without_its_csrf_token_sets_nothing(newcomer):
    client = Client(enforce_csrf_checks=True)
    assert assign(client, link_to(newcomer)).status_code == 403
    assert not fresh(newcomer).has_usable_password()
