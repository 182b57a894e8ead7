"""Does the public page confirm or deny a certificate, and show less than it does?"""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from roles.actions.certificates import issue_certificate
from roles.certificates.codes import read_code
from roles.certificates.content import masked
from roles.models import Certificate
from tests.cells import each_cell
from tests.factories import make_assignment, make_user

pytestmark = pytest.mark.django_db
DENIED = "No existe una constancia con ese código"


@pytest.fixture
def user(db):
    return make_user(first_name="Casimira", first_surname="Zuñiga", document_number="1025000111")


@pytest.fixture
def issued(delegate, user, sede):
    make_assignment(user, sede, "Rol_Prescriptor", delegate, starts_at=timezone.now() - timedelta(days=9))
    return issue_certificate(by=delegate, user=user, as_of=timezone.localdate())


def page_of(code):
    return Client().get(reverse("verify_certificate", args=[code]))


def test_certificate_is_confirmed_with_the_data_to_compare(issued, sede):
    text = page_of(issued.code).text
    for shown in (issued.entity.name, "CC ******0111", "Rol_Prescriptor", "Rol_PrescriptorExclusiones", sede.code):
        assert shown in text
    assert f"{timezone.localtime(issued.issued_at):%Y-%m-%d %H:%M}" in text


def test_public_page_names_neither_the_user_nor_the_issuer(issued, user):
    text = page_of(issued.code).text
    by = issued.issued_by
    hidden = ("1025000111", "Casimira", "Zuñiga", user.professional_registry, by.login, str(by.person))
    assert [words for words in hidden if words in text] == []


def test_a_list_shows_only_how_many(delegate, issued, user, sede):
    issue_certificate(by=delegate, as_of=timezone.localdate())
    text = page_of(Certificate.objects.first().code).text
    assert "Lista completa de la entidad" in text
    assert [words for words in ("0111", "Casimira", sede.code) if words in text] == []


def test_later_changes_do_not_show(issued, user):
    before = page_of(issued.code).text
    user.assignments.update(ends_at=timezone.now())
    assert page_of(issued.code).text == before


@pytest.mark.parametrize("write", [str.lower, lambda c: " ".join(c), lambda c: f"{c[:4]}-{c[4:8]}–{c[8:]}-"])
def test_case_spaces_and_hyphens_do_not_matter(issued, write):
    assert page_of(write(issued.code)).status_code == 200


def test_lookalikes_are_understood():
    assert read_code("oil0-OIL0-ilo1-ABCD-" * 2) is None
    assert read_code("oil0-OIL0-ilo1-ABCD-EFGH-JKMN-PQRS") == "01100110" + "1101" + "ABCDEFGHJKMNPQRS"


@each_cell(
    "code",
    ["0" * 28, "0", "U" * 28, "x" * 300, "a\x00b", "../../etc", "<script>", "ñ" * 28, "٠" * 28, "0" * 28 + "\x00"],
)
def test_unknown_code_is_denied(code):
    response = page_of(code)
    assert response.status_code == 404
    assert DENIED in response.text


def test_what_was_typed_is_not_echoed():
    assert "&lt;script" not in page_of("<script>alert(1)").text


def test_certificate_with_wrong_checksum_is_denied(issued, monkeypatch):
    monkeypatch.setattr("roles.views.certificates.checksum_matches", lambda certificate: False)
    assert DENIED in page_of(issued.code).text


def test_form_leads_to_the_certificate(issued):
    typed = issued.grouped_code.lower()
    response = Client().get(reverse("verify"), {"codigo": typed}, follow=True)
    assert response.redirect_chain == [(reverse("verify_certificate", args=[issued.code]), 302)]
    assert issued.grouped_code in response.text


@pytest.mark.parametrize("typed", ["", "   ", "123", "x" * 300, "a\x00b", "O'Hara; --"])
def test_a_wrong_code_is_explained_in_the_form(typed):
    response = Client().get(reverse("verify"), {"codigo": typed})
    assert response.status_code == 200
    assert "Revise lo siguiente" in response.text


@pytest.mark.parametrize("name", ["verify", "verify_certificate"])
def test_verifying_needs_no_session_and_no_cookie(issued, name):
    response = Client().get(reverse(name, args=[issued.code] if name == "verify_certificate" else []))
    assert (dict(response.cookies), Session.objects.count()) == ({}, 0)
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("number", "shown"), [("1025000111", "CC ******0111"), ("12345", "CC ***45"), ("123", "CC **3")]
)
def test_a_document_is_masked(number, shown):
    assert masked("CC", number) == shown
