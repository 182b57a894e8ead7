"""Does the workbook of sedes equal the list on the screen?"""

import io
import re
from datetime import date
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from entities.exports import SEDE_COLUMNS
from tests.factories import make_delegate, make_entity, make_sede

MEDELLIN, BOGOTA = "05001", "11001"

pytestmark = pytest.mark.django_db


@pytest.fixture
def delegate(db):
    return make_delegate(make_entity("PROV", name="Farmacias del Río S.A.S."))


@pytest.fixture
def client(delegate):
    return client_of(delegate)


@pytest.fixture
def sede(delegate):
    return make_sede(delegate.entity, code="PROV000001", name="Farmacia Norte", phone="601 555 0101")


def client_of(delegate):
    client = Client()
    client.force_login(delegate)
    return client


def search(client, **filters):
    return client.get(reverse("sedes"), filters)


def excel(client, **filters):
    response = client.get(reverse("download_sedes"), filters)
    book = load_workbook(io.BytesIO(b"".join(response)))
    rows = list(book.active.values)
    assert list(rows[0]) == [column.heading for column in SEDE_COLUMNS]
    return [[value or "" for value in row] for row in rows[1:]]


def cells(html):
    """The rows of the screen's table, each cell as the texts in it."""
    body = re.search(r"<tbody>(.*)</tbody>", html, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL) if body else []
    strip = re.compile(r"<[^>]+>")
    return [
        [
            [unescape(strip.sub("", part)).strip() for part in cell.split("<br>")]
            for cell in re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def screen(client, **filters):
    """Every row of every page, in the columns of the workbook."""
    address, rows = f"{reverse('sedes')}?{urlencode(filters)}", []
    while address:
        page = client.get(address)
        for code, name, nit, kind, relation, day, place, phone, state in cells(page.text):
            street, town, department = [*place, ""][:3]
            since = [*state, ""][1]
            row = [code[0], name[0], nit[0], kind[0], relation[0], day[0], street, phone[0], department, town]
            rows.append([("" if value == "—" else value) for value in [*row, state[0], since]])
        address = page.context["page"].next_url
    assert page.context["page"].count == len(rows)
    return rows


WORDS = ("Farmacia", "Droguería", "Ñandú", "=SUMA(1)", "A&B <b>", "Norte")


SEDES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
        st.sampled_from(("", "Calle 1 # 2-3", "+57 300")),
        st.sampled_from((MEDELLIN, BOGOTA)),
        st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2026, 1, 1))),
    ),
    max_size=60,
)


FILTERS = st.fixed_dictionaries(
    {
        "tipo": st.sampled_from(("", "proveedor", "sede")),
        "estado": st.sampled_from(("", "habilitadas", "deshabilitadas")),
        "criterio": st.sampled_from(("", "farm", "nandu norte", "PROV00000", "=", "&", "zz", "a")),
    }
)


class TestExcel(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(SEDES, FILTERS)
    def test_excel_equals_the_screen_for_every_filter(self, sedes, filters):
        delegate = make_delegate(make_entity("PROV"))
        for number, (name, address, municipality, closed_on) in enumerate(sedes):
            make_sede(
                delegate.entity,
                code=f"PROV{number:06}",
                name=name,
                address=address,
                municipality_id=municipality,
                closed_on=closed_on,
                is_main=number == 0,
            )
        client = client_of(delegate)
        assert excel(client, **filters) == screen(client, **filters)
