"""How does a test sign a person up?"""

from accounts.models import Account
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.login_page import solution
from tests.delegates.links import link_in_mail

PAGE = "/seguridad-social/registro/"


TYPED = {
    "document_type": "CC",
    "document_number": "1.025.000.111",
    "first_name": "María",
    "second_name": "Gabriela",
    "first_surname": "Suárez",
    "second_surname": "",
    "sex": "F",
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


def last_mail():
    return OutgoingMail.objects.latest("id")


def link():
    return link_in_mail("sign_up")


def page_text(response):
    return response.content.decode()


def obstacles():
    return {
        "other names": lambda: matching_person(first_surname="Restrepo"),
        "deceased": lambda: matching_person(deceased_on="2025-01-01"),
        "has an account": lambda: factories.make_natural(matching_person()),
        "a delegate of another e-mail": lambda: factories.make_delegate(
            factories.make_entity(), person=matching_person()
        ),
        "login of the Ministry": lambda: Account.objects.create_superuser("CC1025000111", email="a@b.example"),
    }
