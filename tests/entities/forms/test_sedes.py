"""Which values does the form of a sede refuse, and in which words?"""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from entities.models import Sede
from tests.cells import each_cell
from tests.factories import make_delegate, make_entity

MEDELLIN, BOGOTA = "05001", "11001"

pytestmark = pytest.mark.django_db


@pytest.fixture
def delegate(db):
    return make_delegate(make_entity("PROV", name="Farmacias del Río S.A.S."))


@pytest.fixture
def client(delegate):
    return client_of(delegate)


def client_of(delegate):
    client = Client()
    client.force_login(delegate)
    return client


def typed(**changed):
    kept = {"name": "Farmacia Sur", "phone": "604 555 0103", "address": "Calle 53 # 13-40"}
    return kept | {"department": "05", "municipality": MEDELLIN, "key": str(uuid4())} | changed


def create(client, **changed):
    return client.post(reverse("create_sede"), typed(**changed), follow=True)


def errors(page, field):
    return page.context["form"].errors.get(field, [])


@pytest.mark.parametrize("field", ["name", "phone", "address", "department", "municipality"])
def test_each_field_is_needed_and_asked_for(client, field):
    (said,) = errors(create(client, **{field: "" if field in ("department", "municipality") else "  "}), field)
    assert said.startswith(("Ingrese ", "Elija "))


@each_cell(
    ("field", "value"),
    [
        ("municipality", BOGOTA), ("municipality", "99999"), ("municipality", "'; --"), ("department", "00"),
        ("department", "5"), ("name", "x" * 301), ("name", "---"), ("name", "a\x00b"), ("name", "a\x1bb"),
        ("address", "x" * 301), ("phone", "555"), ("phone", "llame ya"), ("phone", "1" * 61), ("key", "no"),
        ("key", ""),
    ],
)  # fmt: skip
def test_wrong_or_forged_value_saves_nothing_and_is_explained(client, field, value):
    page = create(client, **{field: value})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Sede.objects.exists()


def test_municipality_of_another_department_is_explained(client):
    assert "del departamento elegido" in errors(create(client, municipality=BOGOTA), "municipality")[0]


def test_name_of_300_letters_is_kept_whole(client):
    create(client, name="ñ" * 300)
    assert Sede.objects.get().name == "ñ" * 300
