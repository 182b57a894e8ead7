"""How does a test open a mailed link of Mi Seguridad Social? It requests one and reads the mail."""

import re
from datetime import date

from delegates.actions.personal_data import request_email_change
from delegates.actions.sign_up import Applicant, request_account
from mipres_admin.outbox.models import OutgoingMail
from tests import factories

ISSUED_ON = date(2014, 5, 6)
MARIA = Applicant("CC", "1025000111", "María", "Gabriela", "Suárez", "", "F", ISSUED_ON, "maria@correo.example")


def link_in_mail(template: str) -> str:
    """The address in the newest mail of this template, without the host."""
    match = re.search(r"https?://[^/]+(/\S+/)", OutgoingMail.objects.filter(template=template).latest("id").text)
    assert match is not None
    return match[1]


def link_of_a_sign_up() -> str:
    """The link that opens an account for María."""
    request_account(applicant=MARIA)
    return link_in_mail("sign_up")


def link_of_an_email() -> str:
    """The link that changes the e-mail of somebody's account."""
    request_email_change(by=factories.make_natural(), email="nuevo@correo.example")
    return link_in_mail("confirm_email")
