"""How does a test sign a person up?"""

from datetime import date

from accounts.models import Account, DeceasedEntry, Suspension
from entities.models import Entity
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.login_page import solution
from tests.delegates.links import ISSUED_ON, link_in_mail

PAGE = "/seguridad-social/registro/"


TYPED = {
    "document_type": "CC",
    "document_number": "1.025.000.111",
    "first_name": "María",
    "second_name": "Gabriela",
    "first_surname": "Suárez",
    "second_surname": "",
    "sex": "F",
    "issued_on": "2014-05-06",
    "email": "maria@correo.example",
    "notice": "on",
}


NEW = {"new": factories.PASSWORD, "confirmation": factories.PASSWORD}


def send_sign_up(client, **changed):
    return client.post(PAGE, TYPED | solution(client) | changed)


def matching_person(**fields):
    """A person with the document that is typed, and the same names, however they are written."""
    defaults = {"document_number": "1025000111", "first_name": "MARIA", "first_surname": "Suarez"}
    return factories.make_person(**(defaults | fields))


def provider(**fields):
    """The account of the document's person as a Proveedor Persona Natural, whose e-mail they proved."""
    entity = factories.make_entity("PPN", nit=matching_person().document_number)
    return factories.make_delegate(entity, **({"email": TYPED["email"].upper()} | fields))


def suspended_provider():
    """The Ministry has suspended the account, whose e-mail may be somebody else's by now."""
    account = provider()
    Suspension.objects.create(account=account, suspended_by=account, reason="Denuncia")


def civil_entry(**fields):
    """The Registro civil has what is typed, in capitals."""
    names = {"first_name": "MARIA", "second_name": "GABRIELA", "first_surname": "SUAREZ", "second_surname": ""}
    return factories.make_civil_entry(**(names | {"document_number": "1025000111", "issued_on": ISSUED_ON} | fields))


def last_mail():
    return OutgoingMail.objects.latest("id")


def link():
    return link_in_mail("sign_up")


def page_text(response):
    return response.content.decode()


def obstacles():
    """What leaves an identity to a reviewer, by its name: each prepares what the portal knows of the document."""

    def known(make, **entry):
        return lambda: (civil_entry(**entry), make())

    return {
        "no registry": lambda: None,
        "only the portal knows them": matching_person,
        "other surname": known(lambda: None, first_surname="RESTREPO"),
        "another second name": known(lambda: None, second_name="PAOLA"),
        "a surname more": known(lambda: None, second_surname="GIL"),
        "another date": known(lambda: None, issued_on=date(2014, 5, 7)),
        "cancelled": known(lambda: None, state="cancelada", deceased_on=date(2025, 1, 1)),
        "no longer in the registry": known(lambda: None, closed_on=date(2025, 1, 1)),
        "deceased": known(lambda: matching_person(deceased_on="2025-01-01")),
        "in the list of the deceased": known(
            lambda: DeceasedEntry.objects.create(
                document_type="CC", document_number="1025000111", deceased_on=date(2025, 1, 1)
            )
        ),
        "has an account": known(lambda: factories.make_natural(matching_person())),
        "a delegate of another e-mail": known(
            lambda: factories.make_delegate(factories.make_entity(), person=matching_person())
        ),
        "a delegate to whom the entity gave that e-mail": known(
            lambda: factories.make_delegate(
                factories.make_entity(), person=matching_person(email=TYPED["email"]), email=TYPED["email"]
            )
        ),
        "a former Proveedor Persona Natural": known(lambda: provider(is_active=False)),
        "a suspended Proveedor Persona Natural": known(suspended_provider),
        "an inactive Proveedor Persona Natural": known(
            lambda: Entity.objects.filter(accounts=provider()).update(is_active=False)
        ),
        "a Proveedor Persona Natural of another e-mail": known(lambda: provider(email="otro@correo.example")),
        "login of the Ministry": known(lambda: Account.objects.create_superuser("CC1025000111", email="a@b.example")),
    }
