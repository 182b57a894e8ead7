"""Can people change their password, nobody else, and never back to one of the last three? (manual v4.1 §11.8)"""

import re
import threading
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client

from accounts.actions import login as actions
from accounts.models import Account, PasswordRecord
from accounts.security.password_validators import NotALastPassword
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in

pytestmark = pytest.mark.django_db

ADDRESS = "/clave/cambiar/"
NEW = "otra frase larga y serena"
NOT_AGAIN = "No puede usar alguna de sus ultimas 3 contraseñas"


def text(response):
    return response.content.decode()


def change(client, old=factories.PASSWORD, new=NEW, confirmation=None, **fields):
    return client.post(ADDRESS, {"old": old, "new": new, "confirmation": confirmation or new} | fields)


def errors(response):
    return dict(response.context["form"].errors)


def fresh(account):
    return Account.objects.get(pk=account.pk)


# ---------------------------------------------------------------- the page


def test_the_new_password_opens_and_the_old_one_does_not(delegate_client, delegate):
    change(delegate_client)
    account = fresh(delegate)
    assert (account.check_password(NEW), account.check_password(factories.PASSWORD)) == (True, False)


def test_success_is_told_in_the_words_of_the_manual(delegate_client):
    response = delegate_client.get(change(delegate_client).url)
    assert "<p>Contraseña cambiada exitosamente</p>" in text(response)


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
    assert piece in text(delegate_client.get(ADDRESS))


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
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', text(delegate_client.get(ADDRESS)))
    assert f'autocomplete="{autocomplete}"' in field[0]


def test_the_login_is_shown_and_cannot_be_changed(delegate_client, delegate):
    field = re.search(r'<input[^>]*name="login"[^>]*>', text(change(delegate_client, old="x", login="ADMIPS1")))
    assert f'value="{delegate.login}"' in field[0]
    assert "readonly" in field[0]


def test_no_password_comes_back_in_the_page(delegate_client):
    page = text(change(delegate_client, old="mi clave equivocada"))
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


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("corta frase", "La contraseña es demasiado corta. Debe contener por lo menos 12 caracteres."),
        ("135792468013", "Esta contraseña es completamente numérica."),
        ("contraseña\x00nueva larga", "Los caracteres nulos no están permitidos."),
        ("x" * 257, "La contraseña debe tener máximo 256 caracteres."),
    ],
)
def test_a_weak_or_impossible_new_password_is_refused(delegate_client, new, message):
    assert errors(change(delegate_client, new=new))["new"] == [message]


def test_a_password_like_the_login_is_refused(delegate_client, delegate):
    assert list(errors(change(delegate_client, new=f"{delegate.login}1"))) == ["new"]


def test_a_refused_change_saves_nothing(delegate_client, delegate):
    change(delegate_client, new="corta")
    assert fresh(delegate).password == delegate.password
    assert not HistoryEntry.objects.exists()
    assert not OutgoingMail.objects.exists()


# ---------------------------------------------------------------- the old password


def test_a_wrong_old_password_is_refused(delegate_client):
    assert errors(change(delegate_client, old="x")) == {"old": [actions.OLD_IS_WRONG]}


def test_wrong_old_passwords_lock_the_login(delegate_client, delegate):
    for _ in range(5):
        change(delegate_client, old="x")
    assert "Ingreso bloqueado" in errors(change(delegate_client))["__all__"][0]
    assert "Ingreso bloqueado" in text(log_in(Client(), delegate.login))


def test_failed_log_ins_lock_the_change(delegate_client, delegate):
    for _ in range(5):
        log_in(Client(), delegate.login, "otra cosa distinta")
    assert "Ingreso bloqueado" in errors(change(delegate_client))["__all__"][0]


def test_a_right_old_password_forgets_the_failures(delegate_client):
    for _ in range(4):
        change(delegate_client, old="x")
    change(delegate_client, new="corta")
    assert errors(change(delegate_client, old="x")) == {"old": [actions.OLD_IS_WRONG]}


def test_history_tells_of_a_wrong_old_password(delegate_client, delegate):
    change(delegate_client, old="x")
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.object_id, entry.entity_id) == ("password.refused", str(delegate.pk), delegate.entity_id)


# ---------------------------------------------------------------- the last three


def test_the_present_password_is_refused(delegate_client):
    assert errors(change(delegate_client, new=factories.PASSWORD)) == {"new": [NOT_AGAIN]}


def through(client, *passwords):
    """Change from each password to the next."""
    for old, new in pairwise(passwords):
        response = change(client, old=old, new=new)
        assert response.status_code == 302
    return passwords[-1]


def test_the_last_three_passwords_are_refused_and_the_fourth_is_not(delegate_client):
    now = through(delegate_client, factories.PASSWORD, "frase serena uno", "frase serena dos", "frase serena tres")
    for one_of_three in ("frase serena uno", "frase serena dos", "frase serena tres"):
        assert errors(change(delegate_client, old=now, new=one_of_three)) == {"new": [NOT_AGAIN]}
    assert change(delegate_client, old=now, new=factories.PASSWORD).status_code == 302


def test_only_three_hashes_are_kept(delegate_client, delegate):
    through(delegate_client, factories.PASSWORD, "frase serena uno", "frase serena dos", "frase serena tres")
    assert delegate.password_records.count() == 3


def create_user():
    return Account.objects.create_user("ADMIPS900000900", factories.PASSWORD, email="a@correo.example")


def create_superuser():
    return Account.objects.create_superuser("MINSALUD09", factories.PASSWORD, email="a@correo.example")


def set_password():
    account = Account.objects.create_user("ADMIPS900000900", email="a@correo.example")
    account.set_password(factories.PASSWORD)
    account.save()
    return account


def changepassword(monkeypatch):
    account = create_user()
    account.password_records.all().delete()
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
    call_command("changepassword", account.login, verbosity=0)
    return fresh(account)


@pytest.mark.parametrize("way", [create_user, create_superuser, set_password])
def test_however_a_password_was_set_it_is_among_the_last(way):
    account = way()
    assert [record.encoded for record in account.password_records.all()] == [account.password]


def test_the_changepassword_command_remembers_and_obeys(monkeypatch, capsys):
    account = changepassword(monkeypatch)
    with pytest.raises(ValidationError, match=NOT_AGAIN):
        NotALastPassword().validate(NEW, account)


def test_an_account_without_password_has_no_record():
    Account.objects.create_user("ADMIPS900000900", email="a@correo.example")
    assert not PasswordRecord.objects.exists()


def test_a_password_written_past_the_portal_is_refused_as_the_present_one(delegate):
    delegate.password_records.all().delete()
    with pytest.raises(ValidationError, match=NOT_AGAIN):
        NotALastPassword().validate(factories.PASSWORD, delegate)


def test_an_upgraded_hash_is_no_new_password(client, delegate, settings):
    settings.PASSWORD_HASHERS = ["accounts.security.password_hashers.PortalArgon2Hasher"]
    log_in(client, delegate.login)
    assert delegate.password_records.count() == 1


def test_without_an_account_nothing_is_a_last_password():
    NotALastPassword().validate(factories.PASSWORD)
    NotALastPassword().password_changed(factories.PASSWORD)
    assert not PasswordRecord.objects.exists()


def test_the_validator_says_its_rule_beforehand():
    assert NotALastPassword().get_help_text() == f"{NOT_AGAIN}."


# ---------------------------------------------------------------- sessions, history, mail


def test_this_session_stays_under_a_new_key(delegate_client):
    before = delegate_client.session.session_key
    change(delegate_client)
    assert delegate_client.get("/").status_code == 200
    assert delegate_client.session.session_key != before


def test_every_other_session_of_the_account_ends(delegate_client, delegate):
    other = Client()
    other.force_login(delegate)
    change(delegate_client)
    assert other.get("/").status_code == 302
    assert not is_logged_in(other)


def test_history_tells_that_the_password_changed_and_no_hash(delegate_client, delegate):
    change(delegate_client)
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.actor, entry.object_id) == ("password.changed", delegate, str(delegate.pk))
    assert (entry.before, entry.after) == ({}, {})


def test_the_person_is_told_once_by_mail(delegate_client, delegate, delivered):
    change(delegate_client)
    (message,) = delivered()
    assert message.to == [delegate.email]
    assert message.subject == "Su contraseña de MIPRES fue cambiada"


@pytest.mark.parametrize("part", ["text", "html"])
def test_the_mail_says_when_from_where_and_what_to_do(delegate_client, delegate, time_machine, delivered, part):
    time_machine.move_to("2026-11-20T15:04:00-05:00", tick=False)
    change(delegate_client)
    (message,) = delivered()
    body = message.body if part == "text" else re.sub("<[^>]+>", "", message.alternatives[0].content)
    assert "Su contraseña fue cambiada el 20 de noviembre de 2026 a las 3:04 p.m. (hora de Colombia)" in body
    assert "desde la dirección 127.0.0.1." in body
    assert "Si no fue usted, comuníquese ya con nosotros." in body
    assert "018000 960020" in body


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_that_change_it_at_once_the_second_is_told():
    account = factories.make_delegate(factories.make_entity())
    begin, answers = threading.Barrier(2), []

    def change_to(new, by):
        try:
            begin.wait(10)
            actions.change_password(by=by, old=factories.PASSWORD, new=new)
            answers.append("changed")
        except ValidationError as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    windows = [threading.Thread(target=change_to, args=(f"{NEW} {n}", fresh(account))) for n in range(2)]
    for window in windows:
        window.start()
    for window in windows:
        window.join(20)
    assert sorted(answers) == ["changed", "changed_elsewhere"]


def test_a_window_left_open_is_told_what_happened(delegate, delegate_client):
    change(delegate_client)
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        actions.change_password(by=delegate, old=factories.PASSWORD, new="una tercera frase larga")
    assert refusal.value.messages == [actions.CHANGED_ELSEWHERE]


def test_the_ministry_changes_its_password_too(client, ministry):
    client.force_login(ministry)
    change(client)
    assert fresh(ministry).check_password(NEW)
