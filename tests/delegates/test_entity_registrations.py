"""Can a representative register an entity, and a reviewer decide, each once, with mail and history?"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from threading import Barrier

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from delegates.actions import entity_registrations as actions
from delegates.actions.entity_registrations import CheckedRut
from delegates.models import EntityRegistration, Representation
from delegates.rules import entity_registrations as rules
from delegates.rules.entity_registrations import EntityDetails, registration_refusal
from delegates.rut.rules import Check
from entities.models import Entity, EntityKind
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests import rut as files
from tests.cells import each_cell
from tests.factories import PASSWORD, make_entity, make_natural, make_person, make_sede
from tests.rut import Rut, make_rut

pytestmark = pytest.mark.django_db
NIT = "900123456"
RUT = CheckedRut(b"%PDF-1.7", [Check("nit", "cumple", "")])


def details(kind="IPS", **fields):
    defaults = {
        "kind": kind,
        "nit": NIT,
        "name": "Clínica del Río S.A.S.",
        "municipality_id": "11001",
        "address": "Calle 1 # 2-3",
        "phone": "6013305043",
    }
    return EntityDetails(**(defaults | fields))


@pytest.fixture
def known(db):
    """The IPS as REPS has it."""
    entity = make_entity(nit=NIT, name="Clínica del Río S.A.S.")
    make_sede(entity)
    return entity


@pytest.fixture
def representative(db):
    return make_natural(make_person(document_number="1025000111", email="rep@correo.example"))


@pytest.fixture
def reviewer(db):
    account = Account.objects.create_user("REVISOR1", PASSWORD, email="r1@minsalud.example", is_staff=True)
    account.user_permissions.add(Permission.objects.get(codename="review_registration"))
    return account


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def last_step(registration):
    return registration.steps.last().pk


def send(by, **fields):
    return actions.send_registration(by=by, details=details(**fields), rut=RUT)


def in_review(by, reviewer, **fields):
    registration = send(by, **fields)
    return actions.start_review(
        by=reviewer, registration=registration, expected_step=last_step(registration), reason="Su turno"
    )


def approved(by, reviewer, **fields):
    registration = in_review(by, reviewer, **fields)
    return actions.approve_registration(
        by=reviewer, registration=registration, expected_step=last_step(registration), reason="Coincide"
    )


# ---------------------------------------------------------------- who may be registered


def refusal_of(applicant, kind="IPS", **fields):
    return registration_refusal(EntityRegistration(applicant=applicant, **asdict(details(kind, **fields))))


def test_an_enabled_ips_may_be_registered(known, representative):
    assert refusal_of(representative) is None


@pytest.mark.parametrize(
    ("fields", "headline"),
    [
        ({"nit": "900999888"}, "La IPS no está habilitada en el REPS"),
        ({"kind": "EPS", "contributivo": True}, "La EPS no figura en la lista del Ministerio"),
        ({"kind": "EPS", "contributivo": True, "subsidiado": True}, "La EPS no figura en la lista del Ministerio"),
    ],
)
def test_who_is_not_in_the_registry_is_refused(known, representative, fields, headline):
    assert refusal_of(representative, **fields).headline == headline


def test_an_ips_whose_sedes_are_closed_is_refused(known, representative):
    known.sedes.update(closed_on="2026-01-01")
    assert "sedes habilitadas" in refusal_of(representative).cause


def test_an_eps_must_be_listed_in_each_regimen(representative):
    make_entity(EntityKind.EPS_C, nit=NIT)
    assert refusal_of(representative, "EPS", contributivo=True) is None
    refusal = refusal_of(representative, "EPS", contributivo=True, subsidiado=True)
    assert "Subsidiado" in refusal.cause


def test_an_inactive_entity_is_refused(known, representative):
    Entity.objects.update(is_active=False)
    assert refusal_of(representative).headline == "La entidad está inactiva"


def test_who_represents_it_already_is_told_so(known, representative):
    Representation.objects.create(entity=known, person=representative.person)
    assert refusal_of(representative).headline == "La entidad ya está registrada"


# ---------------------------------------------------------------- sending


def test_sending_keeps_the_rut_and_writes_one_row(known, representative):
    registration = send(representative)
    assert bytes(registration.documents.get().content) == RUT.content
    assert [step.state for step in registration.steps.all()] == ["enviada"]
    assert [entry.event for entry in HistoryEntry.objects.of(registration)] == ["registration.sent"]


def test_sending_twice_is_refused_and_saves_nothing(known, representative):
    send(representative)
    with pytest.raises(Refused, match="solicitud abierta"):
        send(representative)
    assert EntityRegistration.objects.count() == 1


def test_open_requests_are_limited(representative, monkeypatch):
    monkeypatch.setattr(rules, "MAX_OPEN", 1)
    send(representative, kind="PROV")
    with pytest.raises(Refused, match="sin decidir"):
        send(representative, kind="PROV", nit="800123456")


def test_documents_of_a_request_are_limited(known, representative, monkeypatch):
    monkeypatch.setattr(rules, "MAX_DOCUMENTS", 1)
    registration = send(representative)
    with pytest.raises(Refused, match="ya tiene 1 documentos"):
        actions.correct_registration(by=representative, registration=registration, details=details(), rut=RUT)


def test_each_state_is_told_by_mail(known, representative, reviewer, delivered):
    approved(representative, reviewer)
    states = ["enviada", "en revisión", "aprobada"]
    assert [message.subject.rpartition(": ")[2] for message in delivered()] == states
    assert {message.to[0] for message in delivered()} == {representative.email}


# ---------------------------------------------------------------- correcting


def test_what_waits_may_be_corrected_and_keeps_its_place(known, representative):
    registration = send(representative)
    again = actions.correct_registration(
        by=representative, registration=registration, details=details(name="Otro nombre"), rut=CheckedRut(None, [])
    )
    assert (again.name, again.sent_at) == ("Otro nombre", registration.sent_at)
    assert again.documents.get().checks == []


def test_what_is_in_review_may_not_be_corrected(known, representative, reviewer):
    registration = in_review(representative, reviewer)
    with pytest.raises(Refused, match="En revisión"):
        actions.correct_registration(by=representative, registration=registration, details=details(), rut=RUT)


def test_what_lacked_something_goes_to_the_end_of_the_queue(known, representative, reviewer):
    registration = in_review(representative, reviewer)
    actions.request_information(
        by=reviewer, registration=registration, expected_step=last_step(registration), reason="Falta"
    )
    again = actions.correct_registration(by=representative, registration=registration, details=details(), rut=RUT)
    assert again.sent_at > registration.sent_at
    assert again.documents.count() == 2


# ---------------------------------------------------------------- deciding


def test_approval_finds_the_ips_of_reps(known, representative, reviewer):
    approved(representative, reviewer)
    assert Representation.objects.current().get().entity == known


def test_approval_of_an_eps_is_one_representation_per_regimen(representative, reviewer):
    both = {make_entity(EntityKind.EPS_C, nit=NIT), make_entity(EntityKind.EPS_S, nit=NIT, eps_code="EPSS01")}
    approved(representative, reviewer, kind="EPS", contributivo=True, subsidiado=True)
    assert {held.entity for held in Representation.objects.current()} == both


def test_approval_makes_a_provider_with_its_main_sede(representative, reviewer):
    approved(representative, reviewer, kind="PROV")
    sede = Representation.objects.get().entity.sedes.get()
    assert (sede.is_main, sede.municipality_id, sede.address) == (True, "11001", "Calle 1 # 2-3")


def test_approval_makes_a_territorial_entity(representative, reviewer):
    approved(representative, reviewer, kind="ET", et_model=2)
    entity = Representation.objects.get().entity
    assert (entity.kind, entity.nit, entity.sedes.count()) == ("ET", NIT, 0)


def test_approval_ends_the_last_representation_and_tells_him(known, representative, reviewer, delivered):
    last = make_natural()
    held = Representation.objects.create(entity=known, person=last.person)
    approved(representative, reviewer)
    held.refresh_from_db()
    assert held.ended_at is not None
    assert Representation.objects.current().get().person == representative.person
    assert [message.to for message in delivered() if "ya no figura" in message.subject] == [[last.email]]


def test_approval_asks_the_registry_again(known, representative, reviewer):
    registration = in_review(representative, reviewer)
    known.sedes.update(closed_on="2026-01-01")
    with pytest.raises(Refused):
        actions.approve_registration(
            by=reviewer, registration=registration, expected_step=last_step(registration), reason="Coincide"
        )
    assert not Representation.objects.exists()


def test_what_nobody_took_is_not_decided(known, representative, reviewer):
    registration = send(representative)
    with pytest.raises(Refused):
        actions.approve_registration(
            by=reviewer, registration=registration, expected_step=last_step(registration), reason="Coincide"
        )


def test_a_stale_page_decides_nothing(known, representative, reviewer):
    registration = in_review(representative, reviewer)
    stale = last_step(registration)
    actions.request_information(by=reviewer, registration=registration, expected_step=stale, reason="Falta")
    actions.correct_registration(by=representative, registration=registration, details=details(), rut=RUT)
    registration.refresh_from_db()
    actions.start_review(
        by=reviewer, registration=registration, expected_step=last_step(registration), reason="Su turno"
    )
    with pytest.raises(Refused, match="En revisión"):
        actions.approve_registration(by=reviewer, registration=registration, expected_step=stale, reason="Coincide")


def test_nobody_decides_his_own_request(known, representative, reviewer):
    Account.objects.filter(pk=reviewer.pk).update(person=representative.person)
    reviewer.refresh_from_db()
    registration = send(representative)
    with pytest.raises(Refused, match="usted mismo"):
        actions.start_review(
            by=reviewer, registration=registration, expected_step=last_step(registration), reason="Su turno"
        )


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_can_not_both_decide(known, representative, reviewer):
    registration = in_review(representative, reviewer)
    step, together = last_step(registration), Barrier(2)

    def decide(do):
        together.wait()
        try:
            do(by=reviewer, registration=registration, expected_step=step, reason="Así es")
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(decide, actions.approve_registration), pool.submit(decide, actions.reject_registration)]
    assert sorted(result.result() for result in results) == [False, True]
    assert registration.steps.count() == 3


# ---------------------------------------------------------------- pages


def typed(**fields):
    return {
        "nit": NIT,
        "name": "Clínica del Río S.A.S.",
        "department": "11",
        "municipality": "11001",
        "address": "Calle 1 # 2-3",
        "phone": "601 330 5043",
    } | fields


def upload(data=None):
    return SimpleUploadedFile("rut.pdf", make_rut(Rut()) if data is None else data, "application/pdf")


def post(client, kind="IPS", **fields):
    return client.post(f"{reverse('register_entity')}?tipo={kind}", typed(**fields), follow=True)


def test_the_form_sends_and_shows_each_rule(known, representative):
    page = post(client_of(representative), rut=upload()).content.decode()
    assert "La solicitud fue enviada" in page
    assert page.count("badge--success") == 10


def test_a_rule_that_is_not_met_is_shown_and_may_be_corrected(known, representative):
    page = post(client_of(representative), name="Otra razón S.A.S.", rut=upload()).content.decode()
    assert "No cumple" in page
    registration = EntityRegistration.objects.get()
    here = reverse("correct_registration", args=[registration.public_id])
    page = client_of(representative).post(here, typed(), follow=True).content.decode()
    assert "No cumple" not in page
    assert registration.documents.count() == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (files.too_large, "máximo 1 MB"),
        (files.zip_renamed, "debe ser el PDF del RUT"),
        (lambda: files.encrypted("clave"), "tiene contraseña"),
        (files.with_javascript, "trae programas"),
        (lambda: b"", "está vacío"),
    ],
    ids=["5 MB", "zip", "encrypted", "javascript", "empty"],
)
def test_a_file_that_can_not_be_kept_is_refused_on_the_form(known, representative, data, said):
    response = post(client_of(representative), rut=upload(data()))
    assert said in response.content.decode()
    assert not EntityRegistration.objects.exists()


@pytest.mark.parametrize("data", [files.truncated, files.image_only], ids=["truncated", "image"])
def test_what_can_not_be_read_is_sent_to_a_person(known, representative, data):
    page = post(client_of(representative), rut=upload(data())).content.decode()
    assert "La revisará una persona" in page
    assert EntityRegistration.objects.get().state == "enviada"


@each_cell(
    ("fields", "said"),
    [
        ({"nit": ""}, "Ingrese el NIT."),
        ({"nit": "12"}, "de 6 a 10 dígitos"),
        ({"nit": "900123456-8"}, "sin el dígito de verificación: 900123456"),
        ({"name": ""}, "Ingrese la razón social."),
        ({"name": "..."}, "debe tener letras"),
        ({"department": "05"}, "debe ser del departamento elegido"),
        ({"municipality": "99999"}, "El municipio debe ser uno de la lista"),
        ({"phone": "abc"}, "de 7 a 20 dígitos"),
        ({}, "Elija el PDF del RUT."),
        ({"nit": "900\x00123"}, "NIT"),
    ],
)
def test_a_mistake_is_worded(known, representative, fields, said):
    assert said in post(client_of(representative), **fields).content.decode()


def test_the_check_digit_is_shown_without_javascript(known, representative):
    assert "900123456-8" in post(client_of(representative)).content.decode()


def test_an_eps_names_its_regimenes(representative):
    assert "Marque al menos un régimen." in post(client_of(representative), "EPS").content.decode()


def test_a_territorial_entity_names_its_model(representative):
    assert "Elija el modelo 1 o el modelo 2." in post(client_of(representative), "ET").content.decode()


def test_an_unknown_kind_leads_to_the_choice(representative):
    page = client_of(representative).get(f"{reverse('register_entity')}?tipo=PPN").content.decode()
    assert "¿Qué tipo de entidad representa usted?" in page


def test_a_refusal_says_cause_and_way_out(representative):
    page = post(client_of(representative), rut=upload()).content.decode()
    assert "no figura en el REPS" in page
    assert "Qué hacer" in page


def test_a_request_is_its_applicants_alone(known, representative):
    registration = send(representative)
    other = client_of(make_natural())
    for name in ("entity_registration", "correct_registration"):
        assert other.get(reverse(name, args=[registration.public_id])).status_code == 404


# ---------------------------------------------------------------- the document


def download(account, registration):
    return client_of(account).get(reverse("download_rut", args=[registration.documents.get().public_id]))


def test_the_document_comes_as_a_file_and_can_do_nothing(known, representative):
    response = download(representative, send(representative))
    assert response.content == RUT.content
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_reviewer_downloads_it_and_that_is_written_down(known, representative, reviewer):
    registration = send(representative)
    assert download(reviewer, registration).status_code == 200
    assert HistoryEntry.objects.of(registration.documents.get()).get().event == "rut.downloaded"


def test_nobody_else_does(known, representative, delegate):
    registration = send(representative)
    staff = Account.objects.create_user("OTRO1", PASSWORD, email="o@minsalud.example", is_staff=True)
    for account in (make_natural(), delegate, staff):
        assert download(account, registration).status_code == 404


# ---------------------------------------------------------------- the reviewers' queue in the admin

QUEUE = "admin:delegates_entityregistration_changelist"
CHANGE = "admin:delegates_entityregistration_change"


def decide(client, registration, act, /, **fields):
    url = reverse("admin:delegates_entityregistration_action", args=[registration.pk, act])
    return client.post(url, {"expected_step": last_step(registration)} | fields, follow=True)


def reason_on(page):
    """What the page has already written for its reviewer as the reason."""
    return page.context["form"].initial["reason"]


def test_the_queue_shows_what_waits_the_oldest_first(known, representative, reviewer):
    old, new = send(representative), send(make_natural())
    done = approved(make_natural(), reviewer, kind="ET", nit="800123456", et_model=1)
    page = client_of(reviewer).get(reverse(QUEUE)).content.decode()
    first, second = (page.index(reverse(CHANGE, args=[row.pk])) for row in (old, new))
    assert first < second
    assert reverse(CHANGE, args=[done.pk]) not in page
    assert "Día 1 de 5" in page


@pytest.mark.parametrize(
    "query", [{"estado": "todas"}, {"estado": "aprobada"}, {"estado": "junk"}, {"_facets": "True"}, {"q": NIT}]
)
def test_the_queue_can_be_filtered(known, representative, reviewer, query):
    send(representative)
    page = client_of(reviewer).get(reverse(QUEUE), query)
    assert (page.status_code, "Por revisar" in page.content.decode()) == (200, True)


def test_the_reviewer_sees_the_rules_beside_the_form(known, representative, reviewer):
    Representation.objects.create(entity=known, person=make_person(first_name="Anterior"))
    page = client_of(reviewer).get(reverse(CHANGE, args=[send(representative).pk])).content.decode()
    for text in ("object-page__cumple", "Anterior", "900123456-8", "Tomar para revisión"):
        assert text in page


def test_the_reviewer_takes_and_approves(known, representative, reviewer):
    registration, client = send(representative), client_of(reviewer)
    decide(client, registration, "tomar", reason="Su turno")
    assert "Ingrese el motivo" in decide(client, registration, "aprobar").content.decode()
    page = decide(client, registration, "aprobar", reason="El RUT coincide.").content.decode()
    assert "quedó aprobada" in page
    assert Representation.objects.current().get().person == representative.person


def test_what_has_waited_longest_is_taken_because_of_it(known, representative, reviewer):
    first, _ = send(representative), send(make_natural())
    page = client_of(reviewer).get(reverse(CHANGE, args=[first.pk]))
    assert reason_on(page) == "Le llegó el turno: es la solicitud que más ha esperado."
    assert "Antes de esta" not in page.text


def test_what_comes_before_its_turn_needs_a_reason(known, representative, reviewer):
    _, second = send(representative), send(make_natural())
    page = client_of(reviewer).get(reverse(CHANGE, args=[second.pk]))
    assert (reason_on(page), "Antes de esta espera otra solicitud" in page.text) == ("", True)
    assert "Ingrese el motivo" in decide(client_of(reviewer), second, "tomar").text


def test_what_others_have_taken_waits_before_nobody(known, representative, reviewer):
    in_review(representative, reviewer)
    page = client_of(reviewer).get(reverse(CHANGE, args=[send(make_natural()).pk]))
    assert "Antes de esta" not in page.text


@pytest.mark.parametrize("act", ["pedir", "rechazar"])
def test_a_no_needs_its_reason(known, representative, reviewer, act):
    registration, client = in_review(representative, reviewer), client_of(reviewer)
    assert "Ingrese el motivo" in decide(client, registration, act).content.decode()
    registration.refresh_from_db()
    assert registration.state == "en_revision"
    decide(client, registration, act, reason="Cargue la página 3.")
    registration.refresh_from_db()
    assert registration.state in ("falta_informacion", "rechazada")


def test_a_refused_decision_says_why(known, representative, reviewer):
    registration, client = send(representative), client_of(reviewer)
    assert "cambió mientras" in decide(client, registration, "aprobar", reason="x").content.decode()


@pytest.mark.parametrize("fields", [{"expected_step": "x"}, {"expected_step": ""}, {"expected_step": "9" * 30}])
def test_junk_decides_nothing(known, representative, reviewer, fields):
    registration = send(representative)
    assert decide(client_of(reviewer), registration, "tomar", **fields).status_code == 200
    registration.refresh_from_db()
    assert registration.state == "enviada"


def test_an_unknown_decision_is_not_found(known, representative, reviewer):
    registration = send(representative)
    assert decide(client_of(reviewer), registration, "borrar", reason="x").status_code == 404
    registration.refresh_from_db()
    assert registration.state == "enviada"


def test_nobody_adds_edits_or_deletes_a_request(known, representative, ministry):
    registration, client = send(representative), client_of(ministry)
    for name, args in (("add", []), ("delete", [registration.pk])):
        assert client.get(reverse(f"admin:delegates_entityregistration_{name}", args=args)).status_code == 403
    client.post(reverse(CHANGE, args=[registration.pk]), {"state": "aprobada"})
    registration.refresh_from_db()
    assert registration.state == "enviada"


def test_staff_who_do_not_review_see_no_queue(known, representative):
    staff = Account.objects.create_user("OTRO1", PASSWORD, email="o@minsalud.example", is_staff=True)
    registration, client = send(representative), client_of(staff)
    assert client.get(reverse(CHANGE, args=[registration.pk])).status_code == 403
    assert decide(client, registration, "tomar").status_code == 403
