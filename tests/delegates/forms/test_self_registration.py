"""Which professions may be chosen to register as a user?"""

import pytest

from tests.delegates.registering import FORMS, page_text, registered, rethus, send_form

pytestmark = pytest.mark.django_db


def test_person_with_two_professions_chooses_one(natural_client, natural):
    rethus(natural), rethus(natural, "P08")
    assert "Elija la profesión." in page_text(send_form(natural_client, FORMS.format("profesional")))
    send_form(natural_client, FORMS.format("profesional"), profession="P08")
    assert registered(natural) == ("PROF", "P08", "RM-P08")


def test_a_profession_of_somebody_else_is_refused(natural_client, natural):
    rethus(natural)
    assert "debe ser una de las que tiene en ReTHUS" in page_text(
        send_form(natural_client, FORMS.format("profesional"), profession="P09")
    )
