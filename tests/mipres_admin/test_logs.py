"""Do log lines keep people's data to themselves?"""

import json
import logging

import pytest
from django.db import IntegrityError

from mipres_admin.logs import DiscreetFormatter, JsonFormatter, RouteInsteadOfPath
from mipres_admin.origin import Origin, origin
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


def test_a_line_in_production_is_one_object_with_the_id_of_its_request(caplog):
    token = origin.set(Origin("203.0.113.7", "abc"))
    try:
        logging.getLogger("x").warning("una\nlínea de %s", "prueba")
        line = json.loads(JsonFormatter().format(caplog.records[0]))
    finally:
        origin.reset(token)
    assert (line["message"], line["level"], line["request_id"]) == ("una\nlínea de prueba", "WARNING", "abc")


def test_an_object_with_a_traceback_keeps_the_texts_of_its_exceptions_to_itself(caplog):
    try:
        int("CC" + str(1025000000 + 777))
    except ValueError:
        logging.getLogger("x").exception("failed")
    line = json.loads(JsonFormatter().format(caplog.records[0]))
    assert "1025000777" not in line["exception"]
    assert "builtins.ValueError" in line["exception"]
