"""Does a constancia say who held which role on a day, and does nobody else get it?"""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from unittest import mock

import pytest
import segno
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from mipres_admin import pdf as pdf_mipres_admin
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles.actions.certificates import issue_certificate
from roles.certificates import content
from roles.models import Certificate
from tests.factories import make_assignment, make_sede, make_user

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR, EXCLUSIONES = "Rol_Prescriptor", "Rol_Anulador", "Rol_PrescriptorExclusiones"
PAST = date(2026, 5, 3)
DAY = timedelta(days=1)


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


def hold(user, sede, role, by, starts="2026-01-01T08:00", ends=None):
    return make_assignment(user, sede, role, by, starts_at=at(starts), ends_at=ends and at(ends))


def roles_of(certificate):
    return [row["role"] for row in certificate.content["roles"]]


def pdf_text(pdf):
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def post(client, user, day):
    return client.post(reverse("user_certificate", args=[user.public_id]), {"as_of": day})


# ---------------------------------------------------------------- a la fecha


def test_a_role_that_ended_later_is_there_at_the_past_day(delegate, user, sede):
    hold(user, sede, ANULADOR, delegate, ends="2026-06-01T00:00")
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR]


def test_a_role_that_ended_is_not_there_today(delegate, user, sede):
    hold(user, sede, ANULADOR, delegate, ends="2026-06-01T00:00")
    hold(user, sede, PRESCRIPTOR, delegate)
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=timezone.localdate())) == [PRESCRIPTOR]


def test_a_role_that_began_later_is_not_there_at_the_past_day(delegate, user, sede):
    hold(user, sede, ANULADOR, delegate)
    hold(user, sede, PRESCRIPTOR, delegate, starts="2026-05-04T00:00")
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR]


def test_a_role_is_there_on_its_last_day(delegate, user, sede):
    hold(user, sede, ANULADOR, delegate, ends="2026-05-04T00:00")
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR]


def test_a_role_taken_away_during_the_day_is_not_there_at_its_end(delegate, user, sede):
    hold(user, sede, ANULADOR, delegate, ends="2026-05-03T15:00")
    with pytest.raises(Refused, match="no había roles"):
        issue_certificate(by=delegate, user=user, as_of=PAST)


@pytest.mark.parametrize("day", ["2026-11-22", "9999-12-31", "", "ayer", "2026-02-30", "2026-\x0011-21"])
def test_a_day_to_come_or_a_wrong_one_is_refused_with_words(delegate_client, delegate, user, sede, day):
    hold(user, sede, ANULADOR, delegate)
    response = post(delegate_client, user, day)
    assert (response.status_code, Certificate.objects.count()) == (200, 0)
    assert "Revise lo siguiente" in response.text


def test_the_action_refuses_a_day_to_come(delegate, user, sede):
    hold(user, sede, ANULADOR, delegate)
    with pytest.raises(Refused, match="no ha llegado"):
        issue_certificate(by=delegate, user=user, as_of=timezone.localdate() + DAY)


def test_the_oldest_day_has_no_roles_and_says_so(delegate_client, delegate, user, sede):
    hold(user, sede, ANULADOR, delegate)
    assert "No hay roles que hacer constar" in post(delegate_client, user, "0001-01-01").text


# ---------------------------------------------------------------- whose


def test_roles_in_another_entity_never_appear(delegate, stranger, user, sede):
    hold(user, sede, ANULADOR, delegate)
    hold(user, stranger.entity.sedes.get(), PRESCRIPTOR, stranger)
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR]


def test_the_full_list_has_everybody_of_the_entity_and_nobody_else(delegate, stranger, user, sede):
    other = make_user(first_name="Zoila")
    hold(other, sede, ANULADOR, delegate)
    hold(user, sede, ANULADOR, delegate)
    hold(make_user(), stranger.entity.sedes.get(), PRESCRIPTOR, stranger)
    issued = issue_certificate(by=delegate, as_of=PAST)
    assert {row["login"] for row in issued.content["roles"]} == {user.login, other.login}


def test_a_list_that_is_too_long_offers_the_excel(delegate_client, delegate, user, sede, settings):
    settings.CERTIFICATE_LONGEST = 1
    hold(user, sede, ANULADOR, delegate)
    hold(user, sede, PRESCRIPTOR, delegate)
    response = delegate_client.post(reverse("entity_certificate"), {"as_of": "2026-05-03"})
    assert "Tiene 2 roles" in response.text
    assert reverse("download_users") in response.text


def test_a_paper_of_a_medical_prescriber_shows_the_derived_role(delegate, user, sede):
    hold(user, sede, PRESCRIPTOR, delegate)
    issued = issue_certificate(by=delegate, user=user, as_of=PAST)
    assert issued.content["roles"][0]["derived"] == [EXCLUSIONES]


def test_issuing_is_written_in_the_history(delegate, user, sede):
    hold(user, sede, ANULADOR, delegate)
    issued = issue_certificate(by=delegate, user=user, as_of=PAST)
    entry = HistoryEntry.objects.of(issued).get()
    assert (entry.event, entry.actor, entry.entity) == ("certificate.issued", delegate, delegate.entity)
    assert entry.after == {"as_of": "2026-05-03", "user": str(user.public_id), "roles": 1}


# ---------------------------------------------------------------- the PDF


@pytest.fixture
def issued(delegate, user, sede):
    hold(user, sede, PRESCRIPTOR, delegate, ends="2026-06-01T00:00")
    return issue_certificate(by=delegate, user=user, as_of=PAST)


def test_generating_leads_to_the_pdf(delegate_client, delegate, user, sede):
    hold(user, sede, ANULADOR, delegate)
    response = post(delegate_client, user, "2026-05-03")
    paper_address = reverse("download_certificate", args=[Certificate.objects.get().public_id])
    assert response.headers["Location"] == paper_address
    assert delegate_client.get(paper_address).content.startswith(b"%PDF-")


def test_the_pdf_says_it_all(delegate_client, delegate, issued, user, sede):
    text = pdf_text(delegate_client.get(reverse("download_certificate", args=[issued.public_id])).content)
    entity = delegate.entity
    said = (
        "José Muñoz", "1025000111", "Cédula de ciudadanía", PRESCRIPTOR, EXCLUSIONES, sede.code, sede.name,
        "2026-01-01", "2026-05-31", str(delegate.person), delegate.login, entity.name, content.identification(entity),
        "3 de mayo de 2026", "21 de noviembre de 2026", "12:00", issued.grouped_code, "Página 1 de 1",
    )  # fmt: skip
    assert [words for words in said if words not in text] == []


def test_the_paper_stays_as_issued(delegate, issued, user, sede):
    user.person.first_name = "Otro"
    user.person.save()
    user.assignments.update(ends_at=at("2026-05-01T00:00"))
    html = content.certificate_html(Certificate.objects.get(), "https://mipres.example/verificar/")
    assert "José" in html
    assert "2026-05-31" in html


def test_every_page_of_a_list_carries_the_code_and_its_number(delegate, sede):
    for _ in range(30):
        hold(make_user(), sede, ANULADOR, delegate)
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
    side, path = pdf_mipres_admin.qr_path("https://mipres.example/verificar/7K3M-9Q2X-V5RT-8WBD/")
    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        dark |= {(int(x) + step, int(y)) for step in range(int(width))}
    matrix = segno.make("https://mipres.example/verificar/7K3M-9Q2X-V5RT-8WBD/", micro=False, error="m").matrix
    wanted = {(x + 4, y + 4) for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell}
    assert (side, dark) == (len(matrix) + 8, wanted)


def test_html_in_names_stays_text(delegate, sede):
    user = make_user(first_name='<img src="file:///etc/passwd">', first_surname="<b>Ruiz</b>")
    hold(user, sede, ANULADOR, delegate)
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
    hold(user, sede, ANULADOR, delegate)
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


def test_one_pdf_is_made_at_a_time(delegate_client, issued, monkeypatch):
    monkeypatch.setattr(pdf_mipres_admin, "SECONDS_TO_WAIT", 0)
    with pdf_mipres_admin._one_at_a_time:
        response = delegate_client.get(reverse("download_certificate", args=[issued.public_id]))
    assert response.status_code == 503
    assert "otro PDF" in response.text


# ---------------------------------------------------------------- a double click


@pytest.fixture
def holder(delegate, user, sede):
    hold(user, sede, ANULADOR, delegate)
    return user


def test_a_second_click_is_answered_with_the_same_paper(delegate_client, holder):
    first, second = (post(delegate_client, holder, "2026-05-03") for _ in range(2))
    assert first.url == second.url
    assert HistoryEntry.objects.filter(event="certificate.issued").count() == 1


def test_a_minute_later_it_is_another_paper(delegate, holder):
    first = issue_certificate(by=delegate, user=holder, as_of=PAST)
    with time_machine.travel(first.issued_at + timedelta(seconds=61), tick=False):
        assert issue_certificate(by=delegate, user=holder, as_of=PAST) != first


def test_a_paper_that_says_something_else_is_another_one(delegate, holder, sede):
    first = issue_certificate(by=delegate, user=holder, as_of=PAST)
    hold(holder, sede, PRESCRIPTOR, delegate)
    assert issue_certificate(by=delegate, user=holder, as_of=PAST) != first


@pytest.mark.parametrize("other", ["day", "whole entity", "colleague"])
def test_another_question_is_another_paper(delegate, colleague, holder, other):
    asked = {"by": delegate, "user": holder, "as_of": PAST}
    changed = {"day": {"as_of": PAST + DAY}, "whole entity": {"user": None}, "colleague": {"by": colleague}}[other]
    assert issue_certificate(**asked) != issue_certificate(**asked | changed)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_paper(delegate, holder):
    start = Barrier(2)

    def click(_):
        try:
            start.wait(10)
            return issue_certificate(by=delegate, user=holder, as_of=PAST).code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(click, range(2)))) == 1
    assert Certificate.objects.count() == 1


# ---------------------------------------------------------------- what PostgreSQL refuses


@pytest.mark.parametrize("change", [{"as_of": date(2026, 5, 2)}, {"content": {}}, {"code": "0" * 16}])
def test_an_issued_paper_can_not_be_changed(issued, change):
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        Certificate.objects.update(**change)


def test_an_issued_paper_can_not_be_deleted(issued):
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        issued.delete()


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("certificate_code_well_formed", {"code": "ILOU" * 4}),
        ("certificate_not_of_the_future", {"as_of": date(2026, 11, 22)}),
        ("certificate_fingerprint_well_formed", {"content_sha256": "x" * 64}),
        ("code", {}),
    ],
)
def test_postgresql_refuses_a_wrong_paper(issued, constraint, wrong):
    fields = {
        "code": "0" * 16 if wrong else issued.code,
        "entity": issued.entity,
        "as_of": date(2026, 11, 21),
        # still the 21st in Colombia, the 22nd in UTC
        "issued_at": at("2026-11-21T23:30"),
        "issued_by": issued.issued_by,
        "content": {},
        "content_sha256": "0" * 64,
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Certificate.objects.create(**(fields | wrong))


def test_a_paper_whose_content_does_not_match_is_not_drawn(delegate_client, issued, monkeypatch):
    monkeypatch.setattr("roles.views.certificates.checksum_matches", lambda certificate: False)
    assert delegate_client.get(reverse("download_certificate", args=[issued.public_id])).status_code == 404


def test_the_page_lists_the_papers_of_this_user_alone(delegate_client, delegate, issued, sede):
    other = make_user()
    hold(other, sede, ANULADOR, delegate)
    shown = [
        issued.grouped_code in delegate_client.get(reverse("user_certificate", args=[who.public_id])).text
        for who in (issued.user, other)
    ]
    assert shown == [True, False]


def test_a_paper_has_every_sede_of_the_entity(delegate, ips, user, sede):
    hold(user, sede, ANULADOR, delegate)
    hold(user, make_sede(ips), ANULADOR, delegate)
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR, ANULADOR]
