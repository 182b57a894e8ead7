"""How do the tests of Administrar autorizados appoint people, and what do they type?"""

from django.test import Client
from django.urls import reverse

from delegates.actions import appointments as actions
from delegates.models import AuthorizedProfile, AuthorizedRole, Representation
from delegates.rules.appointments import Authorization, Identity
from tests.factories import make_natural

DOCUMENT = Identity("CC", "1025000222")


def represent(entity, account=None):
    account = account or make_natural()
    Representation.objects.create(entity=entity, person=account.person)
    return account


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def authorization(sede, **fields):
    defaults = {
        "sex": "F",
        "email": "delegada@correo.example",
        "first_name": "María",
        "second_name": "",
        "first_surname": "Ñáñez",
        "second_surname": "",
        "role": AuthorizedRole.objects.get(pk="EMPLEADOR"),
        "profile": AuthorizedProfile.objects.get(pk="DELEGADO"),
        "sede": sede,
    }
    return Authorization(**(defaults | fields))


def appoint(by, sede, **fields):
    return actions.make_appointment(
        by=by, entity=sede.entity, identity=DOCUMENT, authorization=authorization(sede, **fields)
    )


def form_data(sede, /, **fields):
    return {
        "document_type": "CC",
        "document_number": "1.025.000.222",
        "sex": "F",
        "email": "delegada@correo.example",
        "first_name": "María",
        "second_name": "",
        "first_surname": "Ñáñez",
        "second_surname": "",
        "role": "IPS",
        "profile": "DELEGADO",
        "sede": sede.code,
    } | fields


def page_of(client, url_name, *args, data=None, post=False):
    do = client.post if post else client.get
    return do(reverse(url_name, args=args), data or {}, follow=True).content.decode()
