"""Which new passwords are refused? (manual v4.1 §11.8)"""

from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from zxcvbn import matching

from accounts.models import Account, PasswordRecord
from accounts.security.password_validators import CHARACTERS_ESTIMATED, NotALastPassword, NotEasyToGuess
from tests import factories
from tests.accounts.login_page import log_in
from tests.accounts.passwords import NEW, change, errors, fresh
from tests.cells import each_cell

pytestmark = pytest.mark.django_db
NOT_AGAIN = "No puede usar alguna de sus ultimas 3 contraseñas"


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
    assert message in errors(change(delegate_client, new=new))["new"]


def test_a_password_like_the_login_is_refused(delegate_client, delegate):
    assert list(errors(change(delegate_client, new=f"{delegate.login}1"))) == ["new"]


# ---------------------------------------------------------------- easy to guess


@each_cell(
    "new",
    [
        "minsalud2026",
        "mipres123456",
        "contraseña1234",
        "colombia1234",
        "bogota123456",
        "administrador",
        "passwordpassword",
        "iloveyou1234",
        "bienvenido2026",
        "Marzo2026*Salud",
        "Bogotá-2026-11",
        "M1pres2026!!",
        "c0l0mb1a2026",
        "lunesmartesmiercoles",
        "qwertyuiop123",
        "minsaludminsalud",
        "adres2026sispro",
    ],
)
def test_known_words_dates_and_sequences_are_refused(new):
    with pytest.raises(ValidationError, match="fácil de adivinar"):
        NotEasyToGuess().validate(new)


@each_cell("new", ["{document}2026", "{name}{surname}12", "{nit}-clave", "San Rafael 2026", "{login}.{nit}"])
def test_words_of_the_person_and_the_entity_are_refused(new):
    entity = factories.make_entity(name="Hospital San Rafael S.A.S.")
    person = factories.make_person(first_name="Yuleisy", first_surname="Ñustes")
    account = factories.make_delegate(entity, person=person)
    values = {"document": person.document_number, "name": "yuleisy", "surname": "nustes", "nit": entity.nit}
    with pytest.raises(ValidationError, match="fácil de adivinar"):
        NotEasyToGuess().validate(new.format(**values, login=account.login), account)


@each_cell(
    "new",
    [
        "una frase larga y tranquila",
        "frase serena uno",
        "guadua-tranvía-cobre",
        "mi perro come arepas los domingos",
        "kT7vQ2mNx9Lp",
        "el tinto de las cinco sabe a lluvia",
    ],
)
def test_phrases_and_random_letters_are_accepted(delegate, new):
    NotEasyToGuess().validate(new, delegate)


def test_long_passwords_cost_no_more_than_short_ones(monkeypatch):
    lengths = []
    real = matching.omnimatch
    monkeypatch.setattr(matching, "omnimatch", lambda text, words: lengths.append(len(text)) or real(text, words))
    NotEasyToGuess().validate("4@8({[<6936901!|7$5+%2" * 11)
    NotEasyToGuess().validate("guadua-tranvía-cobre y otra frase que nadie más conoce")
    assert max(lengths) <= CHARACTERS_ESTIMATED


def test_own_words_stay_with_the_call(delegate):
    NotEasyToGuess().validate("kT7vQ2mNx9Lp", delegate)
    assert "portal" not in matching.RANKED_DICTIONARIES


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
    return Account.objects.create_user("CC900000900-1", factories.PASSWORD, email="a@correo.example")


def create_superuser():
    return Account.objects.create_superuser("MINSALUD09", factories.PASSWORD, email="a@correo.example")


def set_password():
    account = Account.objects.create_user("CC900000900-1", email="a@correo.example")
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
    Account.objects.create_user("CC900000900-1", email="a@correo.example")
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
