"""How does a test register a person in MIPRES?"""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from delegates.actions import delegate_registration as actions
from delegates.models import Representation
from mipres_admin.refusals import Refused
from roles.models import RegisteredUser, RethusEntry, SsoPost
from roles.validity import today
from tests import factories
from tests.accounts.login_page import solution

FORMS = "/registro/mipres/{}/formulario/"


DELEGATE = FORMS.format("delegado")


def approve(entity, **registration):
    representative = factories.make_natural()
    approved = factories.make_registration(representative, nit=entity.nit, state="aprobada", **registration)
    Representation.objects.create(entity=entity, person=representative.person, registration=approved)


def page_text(response):
    return response.content.decode()


def send_form(client, page, **fields):
    return client.post(page, solution(client, "/clave/recordar/") | fields)


def refused(natural, **fields):
    with pytest.raises(Refused) as caught:
        actions.register_delegate(by=natural, **fields)
    return caught.value.refusal.headline


def together(*calls):
    """What the calls return or are refused with, each in its own thread and connection."""
    results, barrier = [], threading.Barrier(len(calls))

    def do(action):
        barrier.wait()
        try:
            results.append(action().login)
        except Refused as refused:
            results.append(refused.refusal.headline)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(action,)) for action in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


PLACE = {"phone": "601 330 5043", "address": "Calle 1 # 2-3", "department": "11", "municipality": "11001"}


def rethus(natural, profession="P07", **fields):
    document = {"document_type": natural.person.document_type, "document_number": natural.person.document_number}
    return RethusEntry.objects.create(
        profession_id=profession, registry_number=f"RM-{profession}", **document, **fields
    )


def plaza(natural, first=-10, last=10):
    document = {"document_type": "CC", "document_number": natural.person.document_number}
    days = {"starts_on": today() + timedelta(days=first), "ends_on": today() + timedelta(days=last)}
    return SsoPost.objects.create(
        sede=factories.make_sede(factories.make_entity(name="Hospital de la Plaza")), **document, **days
    )


def registered(natural):
    user = RegisteredUser.objects.get(person=natural.person)
    return user.kind, user.profession_id, user.professional_registry
