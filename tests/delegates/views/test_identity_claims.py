"""Does the holder of an unverified account see, correct, complete and withdraw what they typed, and nothing more?"""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client

from accounts.actions.identity_claims import forget_old_claims, take_claim
from accounts.actions.password_links import recover_password
from accounts.models import Account, IdentityClaim, IdentityCopy, PasswordLink, Person
from delegates.actions.delegate_registration import register_ppn
from delegates.actions.entity_registrations import CheckedRut, send_registration
from delegates.actions.self_registration import register_user
from delegates.models import EntityRegistration
from entities.models import Entity
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from roles.models import RegisteredUser
from tests import factories
from tests import rut as files
from tests.accounts.login_page import is_logged_in
from tests.antivirus import EICAR
from tests.delegates.links import link_in_mail
from tests.delegates.registering_entities import details
from tests.factories import make_civil_entry, make_claim
from tests.pdf_objects import one_page

pytestmark = pytest.mark.django_db
PAGE = "/seguridad-social/identidad/"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def claim(db):
    return make_claim()


@pytest.fixture
def holder(claim):
    client = Client()
    client.force_login(claim.account)
    return client


def typed(**fields):
    names = {"first_name": "Ana", "first_surname": "Prueba", "issued_on": "2014-05-06", "sex": "F"}
    return names | {"second_name": "", "second_surname": ""} | fields


def correct(client, **fields):
    return client.post(f"{PAGE}corregir/", typed(**fields), follow=True).text


def upload(client, content, name="cedula.png"):
    return client.post(f"{PAGE}copia/", {"copy": SimpleUploadedFile(name, content)}, follow=True).text


def reviewed(claim):
    take_claim(by=factories.make_staff("revisor"), claim=claim, expected_version=claim.version, reason="Su turno")


def test_page_shows_what_was_typed_and_what_is_missing(holder, claim):
    page = holder.get("/", follow=True).text
    assert claim.document_number in page
    assert "Falta la copia de su documento" in page


def test_correction_is_saved_for_the_reviewer(holder, claim):
    assert "Un revisor del Ministerio" in correct(holder, first_name="Eva")
    claim.refresh_from_db()
    assert (claim.first_name, claim.state, claim.version) == ("Eva", "pendiente", 2)


def test_document_and_account_of_a_claim_are_not_taken_from_the_form(holder, claim):
    other = make_claim()
    correct(holder, document_number="1025000111", account=other.account_id, claim=other.pk, state="verificada")
    claim.refresh_from_db()
    assert (claim.document_number != "1025000111", claim.state) == (True, "pendiente")
    other.refresh_from_db()
    assert other.version == 1


def test_correction_that_matches_the_registro_civil_verifies(holder, claim):
    make_civil_entry(document_number=claim.document_number, issued_on=date(2014, 5, 7))
    page = correct(holder, issued_on="07/05/2014")
    account = Account.objects.get(pk=claim.account_id)
    assert (account.login, account.person.verified_how) == (f"CC{claim.document_number}", "registro_civil")
    assert f"su usuario es {account.login}" in page
    assert "Mi lista de roles" in page


def test_sixth_correction_of_a_day_is_not_compared_and_says_the_same(holder, claim):
    make_civil_entry(document_number=claim.document_number, issued_on=date(2014, 5, 7))
    wrong = [holder.post(f"{PAGE}corregir/", typed(issued_on="2014-05-08"), follow=True) for _ in range(5)]
    last = correct(holder, issued_on="2014-05-07")
    assert "Sus datos se guardaron" in last
    assert "Sus datos se guardaron" in wrong[0].text
    assert Account.objects.get(pk=claim.account_id).person is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"first_name": ""}, "Ingrese el primer nombre"),
        ({"issued_on": ""}, "Ingrese la fecha de expedición"),
        ({"issued_on": "3000-01-01"}, "debe ser una fecha hasta hoy"),
        ({"issued_on": "0001-01-01"}, "debe ser una fecha hasta hoy"),
        ({"issued_on": "ayer"}, "debe ser una fecha hasta hoy"),
        ({"sex": "X"}, "El sexo debe ser uno de la lista"),
    ],
)
def test_wrong_correction_says_what_is_wrong(holder, claim, fields, message):
    assert message in correct(holder, **fields)
    claim.refresh_from_db()
    assert claim.version == 1


def test_nothing_changes_while_a_reviewer_looks(holder, claim):
    reviewed(claim)
    assert "ya no se puede corregir" in correct(holder, first_name="Eva")
    assert "ya no se puede corregir" in upload(holder, PNG)
    assert "ya no se puede corregir" in holder.post(f"{PAGE}retirar/").text
    claim.refresh_from_db()
    assert (claim.first_name, claim.state, IdentityCopy.objects.count()) == ("Ana", "en_revision", 0)


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0", PNG])
def test_copy_replaces_the_one_before_and_comes_back_as_it_was(holder, content):
    upload(holder, PNG)
    assert "La copia se guardó" in upload(holder, content)
    answer = holder.get(f"{PAGE}copia/descargar/")
    assert answer.content == content
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_pages_of_a_pdf_are_kept_and_not_the_file(holder):
    assert "La copia se guardó" in upload(holder, one_page(b"/OpenAction[3 0 R/Fit]"))
    kept = holder.get(f"{PAGE}copia/descargar/").content
    assert (kept[:5], b"/OpenAction" in kept) == (b"%PDF-", False)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html><script>alert(1)</script>", "debe ser un PDF, un JPEG o un PNG"),
        (b"%PDF-" + b"x" * 5 * 1024 * 1024, "debe pesar máximo 1 MB"),
        (b"", "El archivo está vacío"),
        (b"%PDF-1.7", "no pudo abrir el PDF"),
        (files.encrypted("clave"), "El PDF tiene contraseña"),
        (one_page(b"/OpenAction<</S/Launch/F(a.exe)>>"), "El PDF trae programas"),
    ],
    ids=["HTML", "5 MB", "empty", "damaged", "password", "program"],
)
def test_another_file_is_not_kept(holder, content, message):
    assert message in upload(holder, content, "cedula.pdf")
    assert not IdentityCopy.objects.exists()


def test_copy_with_malware_is_not_kept(holder, antivirus):
    assert "El antivirus encontró un programa malicioso" in upload(holder, PNG + EICAR)
    assert not IdentityCopy.objects.exists()
    upload(holder, PNG)
    assert IdentityCopy.objects.count() == 1


def test_eleventh_copy_of_a_day_is_refused(holder):
    for _ in range(10):
        upload(holder, PNG)
    assert "Cargó demasiadas copias" in upload(holder, PNG)


def test_no_copy_is_not_found(holder):
    assert holder.get(f"{PAGE}copia/descargar/").status_code == 404


def test_withdrawing_deletes_what_was_typed_and_closes_the_account(holder, claim):
    upload(holder, PNG)
    assert claim.account.login in holder.get(f"{PAGE}retirar/").text
    assert "cerramos su cuenta" in holder.post(f"{PAGE}retirar/", follow=True).text
    account = Account.objects.get(pk=claim.account_id)
    assert (account.is_active, account.email, account.has_usable_password()) == (False, "", False)
    assert (IdentityClaim.objects.count(), IdentityCopy.objects.count(), is_logged_in(holder)) == (0, 0, False)


def test_claim_that_is_gone_is_not_found(holder):
    IdentityClaim.objects.all().delete()
    assert holder.get(PAGE).status_code == 404


def test_email_changes_with_the_link(holder, claim):
    sent = {"email": "nuevo@correo.example"}
    assert "Enviamos un enlace" in holder.post("/seguridad-social/mis-datos/correo/", sent, follow=True).text
    holder.post(link_in_mail("confirm_email"))
    assert Account.objects.get(pk=claim.account_id).email == "nuevo@correo.example"


def test_email_changes_after_ten_minutes_with_the_password(holder, claim):
    claim.account.sessions.update(confirmed_at="2020-01-01T00:00Z")
    address = "/seguridad-social/mis-datos/correo/"
    confirmation = holder.post(address, {"email": "nuevo@correo.example"})
    page = holder.post(confirmation.url, {"password": factories.PASSWORD}, follow=True)
    assert (page.status_code, "Quedó confirmado que es usted" in page.text) == (200, True)
    assert "Enviamos un enlace" in holder.post(address, {"email": "nuevo@correo.example"}, follow=True).text


def test_download_has_what_was_typed_and_nothing_of_the_person(holder, claim):
    person = factories.make_person(document_number=claim.document_number, email="ajena@correo.example")
    data = holder.get("/seguridad-social/mis-datos/descargar/").json()
    assert data["identidad"][0]["número de documento"] == claim.document_number
    assert "persona" not in data
    assert person.email not in str(data)


def test_password_is_recovered_with_the_typed_document(claim):
    account = claim.account
    recover_password(
        login=account.login, document_type="CC", document_number=claim.document_number, email=account.email
    )
    assert PasswordLink.objects.get().account == account


def test_claims_are_forgotten_90_days_after_the_last_step(claim):
    verified = make_claim()
    person = factories.make_person(document_number=verified.document_number)
    Account.objects.filter(pk=verified.account_id).update(person=person)
    IdentityClaim.objects.filter(pk=verified.pk).update(state="verificada", reviewed_at=Now())
    recent = make_claim()
    IdentityClaim.objects.exclude(pk=recent.pk).update(changed_at=Now() - timedelta(days=91))
    assert forget_old_claims() == 2
    assert IdentityClaim.objects.get() == recent
    active = Account.objects.filter(is_active=True).values_list("pk", flat=True)
    assert set(active) == {recent.account_id, verified.account_id}
    assert OutgoingMail.objects.get(template="identity_closed").recipient == claim.account.email


def test_no_action_of_a_verified_person_is_done_for_an_unverified_account(claim):
    by, rut = claim.account, CheckedRut(b"%PDF-", [])
    for action in (
        lambda: register_ppn(by=by, phone="601", address="Calle 1", municipality_id="11001"),
        lambda: register_user(by=by, kind="OTRO"),
        lambda: send_registration(by=by, details=details("ET", et_model=1), rut=rut),
    ):
        with pytest.raises(Refused, match="identidad verificada"):
            action()
    left = [model.objects.exists() for model in (Person, Entity, RegisteredUser, EntityRegistration)]
    assert not any(left)
