"""Does the PDF of a certificate say everything, as issued, and fetch nothing?"""

import io
import re
from datetime import date, datetime
from threading import BoundedSemaphore
from time import monotonic
from unittest import mock

import pytest
import segno
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from mipres_admin import pdf as pdf_mipres_admin
from roles.actions.certificates import issue_certificate
from roles.certificates import content
from roles.models import Certificate
from tests.factories import make_assignment, make_user
from tests.wording import raw_words

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR, EXCLUSIONES = "Rol_Prescriptor", "Rol_Anulador", "Rol_PrescriptorExclusiones"
PAST = date(2026, 5, 3)


@pytest.fixture(autouse=True)
def noon():
    """A fixed moment in Colombia; sessions and assignments live in it too."""
    with time_machine.travel(datetime.fromisoformat("2026-11-21T12:00:00-05:00"), tick=False):
        yield


@pytest.fixture
def user(db):
    return make_user(first_name="José", first_surname="Muñoz", document_number="1025000111")


def at(text):
    return datetime.fromisoformat(f"{text}-05:00")


def give_role(user, sede, role, by, starts="2026-01-01T08:00", ends=None):
    return make_assignment(user, sede, role, by, starts_at=at(starts), ends_at=ends and at(ends))


def pdf_text(pdf):
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))
    assert raw_words(text) == []
    return text


def post(client, user, day):
    return client.post(reverse("user_certificate", args=[user.public_id]), {"as_of": day})


@pytest.fixture
def issued(delegate, user, sede):
    give_role(user, sede, PRESCRIPTOR, delegate, ends="2026-06-01T00:00")
    return issue_certificate(by=delegate, user=user, as_of=PAST)


def test_generating_leads_to_the_pdf(delegate_client, delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate)
    response = post(delegate_client, user, "2026-05-03")
    paper_address = reverse("download_certificate", args=[Certificate.objects.get().public_id])
    assert response.headers["Location"] == paper_address
    assert delegate_client.get(paper_address).content.startswith(b"%PDF-")


def test_the_pdf_says_it_all(delegate_client, delegate, issued, user, sede):
    text = pdf_text(delegate_client.get(reverse("download_certificate", args=[issued.public_id])).content)
    entity = delegate.entity
    message = (
        "José Muñoz", "1025000111", "Cédula de ciudadanía", PRESCRIPTOR, EXCLUSIONES, sede.code, sede.name,
        "2026-01-01", "2026-05-31", str(delegate.person), delegate.login, entity.name, content.identification(entity),
        "3 de mayo de 2026", "21 de noviembre de 2026", "12:00", issued.grouped_code, "Página 1 de 1",
    )  # fmt: skip
    assert [words for words in message if words not in text] == []


def test_certificate_stays_as_issued(delegate, issued, user, sede):
    user.person.first_name = "Otro"
    user.person.save()
    user.assignments.update(ends_at=at("2026-05-01T00:00"))
    html = content.certificate_html(Certificate.objects.get(), "https://mipres.example/verificar/")
    assert "José" in html
    assert "2026-05-31" in html


def test_every_page_of_a_list_carries_the_code_and_its_number(delegate, sede):
    for _ in range(30):
        give_role(make_user(), sede, ANULADOR, delegate)
    pdf = content.certificate_pdf(issued := issue_certificate(by=delegate, as_of=PAST), "https://mipres.example/")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert f"Código de verificación {issued.grouped_code}" in text
        assert f"Página {number} de {len(pages)}" in text


def test_the_pdf_is_tagged_spanish_and_titled(issued):
    pdf = PdfReader(io.BytesIO(content.certificate_pdf(issued, "https://mipres.example/")))
    root = pdf.root_object
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("es-CO", True)
    assert issued.grouped_code in pdf.metadata.title


def test_the_qr_leads_to_the_public_page(delegate_client, issued, settings):
    settings.PUBLIC_URL = "https://mipres.example"
    with mock.patch.object(content, "qr_path", wraps=content.qr_path) as drawn:
        delegate_client.get(reverse("download_certificate", args=[issued.public_id]))
    drawn.assert_called_once_with(f"https://mipres.example/verificar/{issued.grouped_code}/")


def test_the_qr_path_darkens_exactly_the_modules():
    side, path = pdf_mipres_admin.qr_path("https://mipres.example/verificar/7K3M-9Q2X-V5RT-8WBD-4HNC-6JPZ-1FGY/")
    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        dark |= {(int(x) + step, int(y)) for step in range(int(width))}
    matrix = segno.make(
        "https://mipres.example/verificar/7K3M-9Q2X-V5RT-8WBD-4HNC-6JPZ-1FGY/", micro=False, error="m"
    ).matrix
    expected = {(x + 4, y + 4) for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell}
    assert (side, dark) == (len(matrix) + 8, expected)


def test_html_in_names_stays_text(delegate, sede):
    user = make_user(first_name='<img src="file:///etc/passwd">', first_surname="<b>Ruiz</b>")
    give_role(user, sede, ANULADOR, delegate)
    issued = issue_certificate(by=delegate, user=user, as_of=PAST)
    text = pdf_text(content.certificate_pdf(issued, "https://mipres.example/"))
    assert '<img src="file:///etc/passwd"> <b>Ruiz</b>' in text


@pytest.mark.parametrize("url", ["file:///etc/hostname", "http://127.0.0.1:1/x.png", "data:image/png;base64,AAAA"])
def test_a_pdf_fetches_nothing(url):
    with pytest.raises(ValueError, match="may fetch nothing"):
        pdf_mipres_admin.make_pdf(f'<html lang="es"><title>x</title><img alt="x" src="{url}"></html>')


def no_pango(name):
    raise OSError("cannot load library 'libpango-1.0-0'")


def test_without_pango_nothing_is_saved_and_the_page_says_why(delegate_client, delegate, user, sede, monkeypatch):
    give_role(user, sede, ANULADOR, delegate)
    monkeypatch.setattr(pdf_mipres_admin, "import_module", no_pango)
    response = post(delegate_client, user, "2026-05-03")
    assert (response.status_code, Certificate.objects.count()) == (503, 0)
    assert "El servidor no tiene instalada la biblioteca Pango" in response.text


def test_without_pango_a_download_says_why(delegate_client, issued, monkeypatch):
    monkeypatch.setattr(pdf_mipres_admin, "import_module", no_pango)
    response = delegate_client.get(reverse("download_certificate", args=[issued.public_id]))
    assert response.status_code == 503
    assert "Pango" in response.text


def test_a_server_without_pango_is_warned_of(monkeypatch):
    monkeypatch.setattr(pdf_mipres_admin, "import_module", no_pango)
    pdf_mipres_admin.warm_up()
    assert [warning.id for warning in pdf_mipres_admin.pango_is_installed()] == ["mipres_admin.W001"]


def test_a_server_with_pango_is_not_warned_of():
    assert pdf_mipres_admin.pango_is_installed() == []


def test_second_pdf_at_the_same_time_is_refused(delegate_client, issued, monkeypatch):
    monkeypatch.setattr(pdf_mipres_admin, "SECONDS_TO_WAIT", 0)
    with pdf_mipres_admin._one_at_a_time:
        response = delegate_client.get(reverse("download_certificate", args=[issued.public_id]))
    assert response.status_code == 503
    assert "otro PDF" in response.text


def test_a_pdf_is_refused_at_once_when_another_request_waits_for_one(delegate_client, issued, monkeypatch):
    monkeypatch.setattr(pdf_mipres_admin, "_places", BoundedSemaphore(1))
    with pdf_mipres_admin._turn():
        started = monotonic()
        response = delegate_client.get(reverse("download_certificate", args=[issued.public_id]))
    assert (response.status_code, monotonic() - started < pdf_mipres_admin.SECONDS_TO_WAIT / 2) == (503, True)
