"""Does the reviewers' queue in the admin show and decide registrations?"""

import pytest
from django.urls import reverse

from accounts.models import Account
from delegates.models import Representation
from tests.delegates.registering_entities import NIT, approved, client_of, decide, in_review, send_request
from tests.factories import PASSWORD, make_natural, make_person

pytestmark = pytest.mark.django_db


QUEUE = "admin:delegates_entityregistration_changelist"


CHANGE = "admin:delegates_entityregistration_change"


def reason_on(page):
    """What the page has already written for its reviewer as the reason."""
    return page.context["form"].initial["reason"]


def test_the_queue_shows_what_waits_the_oldest_first(enabled_ips, applicant, reviewer):
    old, new = send_request(applicant), send_request(make_natural())
    done = approved(make_natural(), reviewer, kind="ET", nit="800123456", et_model=1)
    page = client_of(reviewer).get(reverse(QUEUE)).content.decode()
    first, second = (page.index(reverse(CHANGE, args=[row.pk])) for row in (old, new))
    assert first < second
    assert reverse(CHANGE, args=[done.pk]) not in page
    assert "Día 1 de 5" in page


@pytest.mark.parametrize(
    "query", [{"estado": "todas"}, {"estado": "aprobada"}, {"estado": "junk"}, {"_facets": "True"}, {"q": NIT}]
)
def test_the_queue_can_be_filtered(enabled_ips, applicant, reviewer, query):
    send_request(applicant)
    page = client_of(reviewer).get(reverse(QUEUE), query)
    assert (page.status_code, "Por revisar" in page.content.decode()) == (200, True)


def test_the_reviewer_sees_the_rules_beside_the_form(enabled_ips, applicant, reviewer):
    Representation.objects.create(entity=enabled_ips, person=make_person(first_name="Anterior"))
    page = client_of(reviewer).get(reverse(CHANGE, args=[send_request(applicant).pk])).content.decode()
    for text in ("object-page__cumple", "Anterior", "900123456-8", "Tomar para revisión"):
        assert text in page


def test_the_reviewer_takes_and_approves(enabled_ips, applicant, reviewer):
    registration, client = send_request(applicant), client_of(reviewer)
    decide(client, registration, "tomar", reason="Su turno")
    assert "Ingrese el motivo" in decide(client, registration, "aprobar").content.decode()
    page = decide(client, registration, "aprobar", reason="El RUT coincide.").content.decode()
    assert "quedó aprobada" in page
    assert Representation.objects.current().get().person == applicant.person


def test_oldest_request_has_a_reason_to_be_reviewed(enabled_ips, applicant, reviewer):
    first, _ = send_request(applicant), send_request(make_natural())
    page = client_of(reviewer).get(reverse(CHANGE, args=[first.pk]))
    assert reason_on(page) == "Le llegó el turno: es la solicitud que más ha esperado."
    assert "Antes de esta" not in page.text


def test_request_before_its_turn_needs_a_reason(enabled_ips, applicant, reviewer):
    _, second = send_request(applicant), send_request(make_natural())
    page = client_of(reviewer).get(reverse(CHANGE, args=[second.pk]))
    assert (reason_on(page), "Antes de esta espera otra solicitud" in page.text) == ("", True)
    assert "Ingrese el motivo" in decide(client_of(reviewer), second, "tomar").text


def test_request_in_review_does_not_count_as_ahead(enabled_ips, applicant, reviewer):
    in_review(applicant, reviewer)
    page = client_of(reviewer).get(reverse(CHANGE, args=[send_request(make_natural()).pk]))
    assert "Antes de esta" not in page.text


@pytest.mark.parametrize("slug", ["pedir", "rechazar"])
def test_rejection_or_question_needs_a_reason(enabled_ips, applicant, reviewer, slug):
    registration, client = in_review(applicant, reviewer), client_of(reviewer)
    assert "Ingrese el motivo" in decide(client, registration, slug).content.decode()
    registration.refresh_from_db()
    assert registration.state == "en_revision"
    decide(client, registration, slug, reason="Cargue la página 3.")
    registration.refresh_from_db()
    assert registration.state in ("falta_informacion", "rechazada")


def test_a_refused_decision_says_why(enabled_ips, applicant, reviewer):
    registration, client = send_request(applicant), client_of(reviewer)
    assert "cambió mientras" in decide(client, registration, "aprobar", reason="x").content.decode()


def test_a_reviewer_cannot_take_what_came_from_their_mailbox(enabled_ips, applicant, reviewer):
    Account.objects.filter(pk=applicant.pk).update(email=reviewer.email.upper())
    registration, client = send_request(applicant), client_of(reviewer)
    page = client.get(reverse(CHANGE, args=[registration.pk])).text
    assert "Hoy no se podría aprobar. No puede decidir sobre usted mismo" in page
    assert "Tomar para revisión" not in page
    assert "No puede decidir sobre usted mismo" in decide(client, registration, "tomar", reason="x").text
    registration.refresh_from_db()
    assert registration.state == "enviada"


@pytest.mark.parametrize("fields", [{"expected_step": "x"}, {"expected_step": ""}, {"expected_step": "9" * 30}])
def test_invalid_expected_step_decides_nothing(enabled_ips, applicant, reviewer, fields):
    registration = send_request(applicant)
    assert decide(client_of(reviewer), registration, "tomar", **fields).status_code == 200
    registration.refresh_from_db()
    assert registration.state == "enviada"


def test_an_unknown_decision_is_not_found(enabled_ips, applicant, reviewer):
    registration = send_request(applicant)
    assert decide(client_of(reviewer), registration, "borrar", reason="x").status_code == 404
    registration.refresh_from_db()
    assert registration.state == "enviada"


def test_nobody_adds_edits_or_deletes_a_request(enabled_ips, applicant, ministry):
    registration, client = send_request(applicant), client_of(ministry)
    for name, args in (("add", []), ("delete", [registration.pk])):
        assert client.get(reverse(f"admin:delegates_entityregistration_{name}", args=args)).status_code == 403
    client.post(reverse(CHANGE, args=[registration.pk]), {"state": "aprobada"})
    registration.refresh_from_db()
    assert registration.state == "enviada"


def test_staff_who_do_not_review_see_no_queue(enabled_ips, applicant):
    staff = Account.objects.create_user("OTRO1", PASSWORD, email="o@minsalud.example", is_staff=True)
    registration, client = send_request(applicant), client_of(staff)
    assert client.get(reverse(CHANGE, args=[registration.pk])).status_code == 403
    assert decide(client, registration, "tomar").status_code == 403


def test_review_page_names_the_ips_that_gets_the_role(enabled_ips, applicant, reviewer):
    approved(applicant, reviewer)
    here = reverse(CHANGE, args=[send_request(applicant, kind="PROV").pk])
    page = client_of(reviewer).get(here).content.decode()
    assert f"El NIT es el de una IPS: {enabled_ips.name}" in page
    assert "proveedor/dispensador" in page
