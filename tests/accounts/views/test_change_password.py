"""What does the page "Cambio Contraseña" show and refuse? (manual v4.1 §11.8)"""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.actions import login_and_password as actions
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.passwords import ADDRESS, NEW, change, errors, fresh

pytestmark = pytest.mark.django_db
NOT_AGAIN = "No puede usar alguna de sus ultimas 3 contraseñas"


# ---------------------------------------------------------------- the page


def test_the_new_password_opens_and_the_old_one_does_not(delegate_client, delegate):
    change(delegate_client)
    account = fresh(delegate)
    assert (account.check_password(NEW), account.check_password(factories.PASSWORD)) == (True, False)


def test_password_change_succeeds_in_the_words_of_the_manual(delegate_client):
    response = delegate_client.get(change(delegate_client).url)
    assert "<p>Contraseña cambiada exitosamente</p>" in response.text


@pytest.mark.parametrize(
    "piece",
    [
        "<h1>Cambio Contraseña</h1>",
        'for="id_login">Nombre del usuario (Login)',
        'for="id_old">Contraseña anterior',
        'for="id_new">Contraseña Nueva',
        'for="id_confirmation">Confirmación de Contraseña',
        NOT_AGAIN,
        ">Enviar Solicitud</button>",
    ],
)
def test_the_page_has_the_words_of_the_manual(delegate_client, piece):
    assert piece in delegate_client.get(ADDRESS).text


@pytest.mark.parametrize(
    ("name", "autocomplete"),
    [
        ("login", "username"),
        ("old", "current-password"),
        ("new", "new-password"),
        ("confirmation", "new-password"),
    ],
)
def test_password_managers_know_the_fields(delegate_client, name, autocomplete):
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', delegate_client.get(ADDRESS).text)
    assert f'autocomplete="{autocomplete}"' in field[0]
    assert 'type="password"' in field[0] or name == "login"


def test_the_login_is_shown_and_cannot_be_changed(delegate_client, delegate):
    field = re.search(r'<input[^>]*name="login"[^>]*>', change(delegate_client, old="x", login="ADMIPS1").text)
    assert f'value="{delegate.login}"' in field[0]
    assert "readonly" in field[0]


def test_no_password_comes_back_in_the_page(delegate_client):
    page = change(delegate_client, old="mi clave equivocada").text
    assert "mi clave equivocada" not in page
    assert NEW not in page


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("old", "Ingrese su contraseña anterior."),
        ("new", "Ingrese la contraseña nueva."),
        ("confirmation", "Ingrese otra vez la contraseña nueva."),
    ],
)
def test_a_missing_field_is_asked_for(delegate_client, field, message):
    fields = {"old": factories.PASSWORD, "new": NEW, "confirmation": NEW} | {field: ""}
    assert errors(delegate_client.post(ADDRESS, fields)) == {field: [message]}


def test_the_confirmation_must_be_equal(delegate_client):
    assert errors(change(delegate_client, confirmation="otra frase larga y serenx")) == {
        "confirmation": ["La confirmación debe ser igual a la contraseña nueva."]
    }


def test_a_refused_change_saves_nothing(delegate_client, delegate):
    change(delegate_client, new="corta")
    assert fresh(delegate).password == delegate.password
    assert not HistoryEntry.objects.exists()
    assert not OutgoingMail.objects.exists()


# ---------------------------------------------------------------- the old password


def test_a_wrong_old_password_is_refused(delegate_client):
    assert errors(change(delegate_client, old="x")) == {"old": [actions.WRONG_OLD]}


# ---------------------------------------------------------------- sessions, history, mail


def test_this_session_stays_under_a_new_key(delegate_client):
    before = delegate_client.session.session_key
    change(delegate_client)
    assert delegate_client.get("/").status_code == 200
    assert delegate_client.session.session_key != before


def test_stale_page_is_told_that_the_password_changed(delegate, delegate_client):
    change(delegate_client)
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        actions.change_password(by=delegate, old=factories.PASSWORD, new="una tercera frase larga")
    assert refusal.value.messages == [actions.CHANGED_ELSEWHERE]


def test_the_ministry_changes_its_password_too(client, ministry):
    client.force_login(ministry)
    change(client)
    assert fresh(ministry).check_password(NEW)
