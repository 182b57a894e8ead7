"""Do log lines keep people's data to themselves?"""

import logging

import pytest
from django.db import IntegrityError

from mipres_admin.logs import DiscreetFormatter, RouteInsteadOfPath
from tests.cast import make_person

pytestmark = pytest.mark.django_db


def line(record):
    RouteInsteadOfPath().filter(record)
    return DiscreetFormatter("%(message)s").format(record)


def test_a_path_is_logged_as_its_route(client, caplog):
    with caplog.at_level(logging.WARNING, "django.request"):
        client.get("/usuarios/1000000001/")
    assert line(caplog.records[0]) == "404 GET (no route)"


def test_the_secret_of_a_password_link_is_not_logged(client, caplog):
    with caplog.at_level(logging.WARNING, "django.request"):
        client.get("/clave/asignar/un-secreto/")
    said = [line(record) for record in caplog.records]
    assert said == ["410 GET clave/asignar/<str:secret>/"]


def test_what_a_database_error_repeats_is_not_logged(caplog):
    person = make_person(document_number="1025000777")
    try:
        make_person(document_number=person.document_number)
    except IntegrityError:
        logging.getLogger("x").exception("failed")
    said = line(caplog.records[0])
    assert "1025000777" not in said
    assert "IntegrityError" in said
    assert "make_person" in said
