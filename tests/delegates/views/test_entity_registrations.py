"""Do the pages of an entity's registration serve its applicant alone?"""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.models import Account
from delegates.models import EntityRegistration, RutDocument
from entities.models import Entity
from mipres_admin.history.models import HistoryEntry
from tests import rut as files
from tests.antivirus import EICAR
from tests.delegates.appointing import represent
from tests.delegates.registering_entities import RUT, approved, client_of, form_data, post, send_request, upload
from tests.factories import PASSWORD, make_entity, make_natural, make_provider_of
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


# ---------------------------------------------------------------- an IPS adds the rol proveedor/dispensador


@pytest.fixture
def own_ips(enabled_ips, applicant, reviewer):
    """An IPS that the applicant registered with a RUT that still serves."""
    approved(applicant, reviewer)
    RutDocument.objects.update(content=files.make_rut(files.Rut()))
    return enabled_ips


def role_page(ips):
    return reverse("add_provider_role", args=[ips.pk])


def ask_for_role(account, ips, **fields):
    return client_of(account).post(role_page(ips), form_data(**fields), follow=True).content.decode()


def role_requests():
    return EntityRegistration.objects.filter(kind="PROV")


def test_role_is_asked_for_in_one_step_with_the_rut_of_the_ips(own_ips, applicant, reviewer):
    page = client_of(applicant).get(reverse("legal_entity", args=[own_ips.pk])).content.decode()
    assert role_page(own_ips) in page
    page = ask_for_role(applicant, own_ips)
    assert page.count("badge--success") == 10
    request = role_requests().get()
    assert (request.nit, request.name, request.state) == (own_ips.nit, own_ips.name, "enviada")
    assert bytes(request.documents.get().content) == bytes(RutDocument.objects.earliest("pk").content)
    page = client_of(applicant).get(reverse("legal_entity", args=[own_ips.pk])).content.decode()
    assert "Usted ya lo pidió. Su estado es «Enviada»." in page


def test_forged_nit_and_name_are_those_of_the_ips(own_ips, applicant):
    ask_for_role(applicant, own_ips, nit="900999999", name="Otra S.A.S.")
    assert role_requests().values_list("nit", "name").get() == (own_ips.nit, own_ips.name)


def test_second_request_is_refused(own_ips, applicant):
    ask_for_role(applicant, own_ips)
    assert "Usted ya envió esta solicitud" in ask_for_role(applicant, own_ips)
    assert role_requests().count() == 1
    request_page = reverse("entity_registration", args=[role_requests().get().public_id])
    assert client_of(applicant).get(role_page(own_ips)).url == request_page


def test_role_page_leads_to_the_provider_that_the_ips_is(own_ips, applicant):
    provider = make_provider_of(own_ips)
    represent(provider, applicant)
    response = client_of(applicant).get(role_page(own_ips), follow=True)
    assert response.redirect_chain == [(reverse("legal_entity", args=[provider.pk]), 302)]
    assert "La IPS ya tiene el rol proveedor/dispensador" in response.content.decode()
    assert post(client_of(applicant), "PROV").redirect_chain == response.redirect_chain


def test_rut_of_the_ips_of_more_than_a_year_needs_another_one(own_ips, applicant):
    old = files.make_rut(files.Rut(generated_on=date(2020, 1, 2)))
    RutDocument.objects.update(content=old)
    page = ask_for_role(applicant, own_ips)
    assert "ya no sirve. Se generó el 2020-01-02. Debe ser de hace máximo un año" in page
    assert not role_requests().exists()
    assert "La solicitud fue enviada" in ask_for_role(applicant, own_ips, rut=upload())


def test_rut_is_required_where_the_portal_has_none(enabled_ips, applicant):
    represent(enabled_ips, applicant)
    assert "Elija el PDF del RUT." in ask_for_role(applicant, enabled_ips)


@pytest.mark.parametrize("whose", ["another representative", "nobody's", "not an IPS"])
def test_role_page_is_for_the_representative_of_an_ips_alone(own_ips, applicant, whose):
    other = make_natural()
    if whose == "another representative":
        represent(make_entity(), other)
    entity = make_entity("ET") if whose == "not an IPS" else own_ips
    account = represent(entity, applicant) if whose == "not an IPS" else other
    for method in ("get", "post"):
        assert getattr(client_of(account), method)(role_page(entity)).status_code == 404


def test_registering_a_proveedor_with_the_nit_of_the_own_ips_leads_to_the_role(own_ips, applicant):
    response = post(client_of(applicant), "PROV")
    assert response.redirect_chain == [(role_page(own_ips), 302)]
    assert "agréguele aquí el rol proveedor/dispensador" in response.content.decode()
    assert not role_requests().exists()


def test_registering_a_proveedor_with_the_nit_of_another_ips_says_what_to_do(own_ips):
    page = post(client_of(make_natural()), "PROV", rut=upload()).content.decode()
    assert "El NIT es de una IPS" in page
    assert "Registre primero la IPS con su RUT" in page
    assert not role_requests().exists()


def correct(account, registration, **fields):
    here = reverse("correct_registration", args=[registration.public_id])
    return client_of(account).post(here, form_data(**fields), follow=True).content.decode()


def test_correction_keeps_nit_and_name_of_the_ips(own_ips, applicant):
    ask_for_role(applicant, own_ips)
    page = correct(
        applicant, role_requests().get(), nit="900999999", name="Farmacia Falsa S.A.S.", address="Calle 9 # 8-7"
    )
    assert "La solicitud fue enviada" in page
    assert role_requests().values_list("nit", "name", "address").get() == (own_ips.nit, own_ips.name, "Calle 9 # 8-7")


def test_name_of_the_ips_is_that_of_reps(own_ips, applicant):
    EntityRegistration.objects.update(name="Farmacia Falsa S.A.S.")
    ask_for_role(applicant, own_ips)
    assert role_requests().get().name == own_ips.name


def test_correction_needs_a_recent_rut(own_ips, applicant):
    ask_for_role(applicant, own_ips)
    RutDocument.objects.update(content=files.make_rut(files.Rut(generated_on=date(2020, 1, 2))))
    assert "ya no sirve. Se generó el 2020-01-02." in correct(applicant, role_requests().get())
    assert "La solicitud fue enviada" in correct(applicant, role_requests().get(), rut=upload())


@pytest.mark.parametrize(("own", "said"), [(True, "no puede cambiar"), (False, "El NIT es de una IPS")])
def test_plain_proveedor_is_not_corrected_into_an_ips(own_ips, applicant, own, said):
    account = applicant if own else make_natural()
    registration = send_request(account, kind="PROV", nit="800123456")
    assert said in correct(account, registration, rut=upload())
    assert role_requests().get().nit == "800123456"


def test_correction_of_a_role_says_whose_nit_the_rut_has(own_ips, applicant):
    ask_for_role(applicant, own_ips)
    page = client_of(applicant).get(reverse("correct_registration", args=[role_requests().get().public_id]))
    assert "deben ser los de la IPS, que ve arriba" in page.content.decode()


@pytest.mark.usefixtures("enabled_ips")
def test_rut_is_named_by_the_day_in_colombia(applicant):
    registration = send_request(applicant)
    RutDocument.objects.update(uploaded_at=datetime(2026, 1, 2, 3, tzinfo=UTC))
    assert "rut-2026-01-01.pdf" in download(applicant, registration)["Content-Disposition"]


def test_suspended_ips_cannot_add_the_role(own_ips, applicant):
    Entity.objects.filter(pk=own_ips.pk).update(is_active=False)
    assert "La entidad está inactiva" in ask_for_role(applicant, own_ips)
    assert not role_requests().exists()
