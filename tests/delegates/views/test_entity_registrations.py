"""Do the pages of an entity's registration serve its applicant alone?"""

import pytest
from django.urls import reverse

from accounts.models import Account
from delegates.models import EntityRegistration, RutDocument
from mipres_admin.history.models import HistoryEntry
from tests import rut as files
from tests.antivirus import EICAR
from tests.delegates.registering_entities import RUT, client_of, form_data, post, send_request, upload
from tests.factories import PASSWORD, make_natural
from tests.rut import Rut, make_rut

pytestmark = pytest.mark.django_db


def download(account, registration):
    return client_of(account).get(reverse("download_rut", args=[registration.documents.get().public_id]))


def test_the_form_sends_and_shows_each_rule(enabled_ips, applicant):
    page = post(client_of(applicant), rut=upload()).content.decode()
    assert "La solicitud fue enviada" in page
    assert page.count("badge--success") == 10


def test_a_rule_that_is_not_met_is_shown_and_may_be_corrected(enabled_ips, applicant):
    page = post(client_of(applicant), name="Otra razón S.A.S.", rut=upload()).content.decode()
    assert "No cumple" in page
    registration = EntityRegistration.objects.get()
    here = reverse("correct_registration", args=[registration.public_id])
    page = client_of(applicant).post(here, form_data(), follow=True).content.decode()
    assert "No cumple" not in page
    assert registration.documents.count() == 1


def test_unreadable_file_is_sent_to_a_person(enabled_ips, applicant):
    page = post(client_of(applicant), rut=upload(files.image_only())).content.decode()
    assert "La revisará una persona" in page
    assert EntityRegistration.objects.get().state == "enviada"


def test_the_pages_of_a_rut_are_kept_and_not_the_file(enabled_ips, applicant):
    content = make_rut(Rut()) + b"\n1 0 obj <</S/JavaScript>> endobj"
    post(client_of(applicant), rut=upload(content))
    kept = bytes(RutDocument.objects.get().content)
    assert (kept[:5], b"/JavaScript" in kept) == (b"%PDF-", False)


def test_rut_with_malware_is_not_kept(enabled_ips, applicant, antivirus):
    page = post(client_of(applicant), rut=upload(upload().read() + EICAR)).content.decode()
    assert "El antivirus encontró un programa malicioso" in page
    assert not EntityRegistration.objects.exists()


def test_the_check_digit_is_shown_without_javascript(enabled_ips, applicant):
    assert "900123456-8" in post(client_of(applicant)).content.decode()


def test_an_unknown_kind_leads_to_the_choice(applicant):
    page = client_of(applicant).get(f"{reverse('register_entity')}?tipo=PPN").content.decode()
    assert "¿Qué tipo de entidad representa usted?" in page


def test_a_refusal_says_cause_and_way_out(applicant):
    page = post(client_of(applicant), rut=upload()).content.decode()
    assert "no figura en el REPS" in page
    assert "Qué hacer" in page


def test_other_person_gets_404_for_a_request(enabled_ips, applicant):
    registration = send_request(applicant)
    other = client_of(make_natural())
    for name in ("entity_registration", "correct_registration"):
        assert other.get(reverse(name, args=[registration.public_id])).status_code == 404


def test_rut_is_downloaded_as_a_sandboxed_attachment(enabled_ips, applicant):
    response = download(applicant, send_request(applicant))
    assert response.content == RUT.content
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_download_by_a_reviewer_is_recorded(enabled_ips, applicant, reviewer):
    registration = send_request(applicant)
    assert download(reviewer, registration).status_code == 200
    assert HistoryEntry.objects.of(registration.documents.get()).get().event == "rut.downloaded"


def test_other_accounts_get_404_for_a_rut(enabled_ips, applicant, delegate):
    registration = send_request(applicant)
    staff = Account.objects.create_user("OTRO1", PASSWORD, email="o@minsalud.example", is_staff=True)
    for account in (make_natural(), delegate, staff):
        assert download(account, registration).status_code == 404
