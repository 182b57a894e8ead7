"""How does a test register an entity, and review the registration?"""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from delegates.actions import entity_registrations as actions
from delegates.actions.entity_registrations import CheckedRut
from delegates.rules.entity_registrations import EntityDetails
from delegates.rut.rules import Check
from tests.rut import Rut, make_rut

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


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def last_step(registration):
    return registration.steps.last().pk


def send_request(by, **fields):
    return actions.send_registration(by=by, details=details(**fields), rut=RUT)


def in_review(by, reviewer, **fields):
    registration = send_request(by, **fields)
    return actions.start_review(
        by=reviewer, registration=registration, expected_step=last_step(registration), reason="Su turno"
    )


def approved(by, reviewer, **fields):
    registration = in_review(by, reviewer, **fields)
    return actions.approve_registration(
        by=reviewer, registration=registration, expected_step=last_step(registration), reason="Coincide"
    )


def form_data(**fields):
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
    return client.post(f"{reverse('register_entity')}?tipo={kind}", form_data(**fields), follow=True)


def decide(client, registration, slug, /, **fields):
    url = reverse("admin:delegates_entityregistration_action", args=[registration.pk, slug])
    return client.post(url, {"expected_step": last_step(registration)} | fields, follow=True)
