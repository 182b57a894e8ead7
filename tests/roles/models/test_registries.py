"""What does PostgreSQL refuse about professions, ReTHUS and plazas of SSO?"""

from datetime import date

import pytest
from django.db import IntegrityError

from roles.models import Profession, RethusEntry, SsoPost
from tests.factories import make_sede

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_profession_has_an_official_code():
    with refused_by("profession_code_well_formed"):
        Profession.objects.create(code="M07", name="Medicina")


def test_rethus_lists_a_profession_once_per_person():
    entry = {"document_type": "CC", "document_number": "1025000111", "profession_id": "P07", "registry_number": "1"}
    RethusEntry.objects.create(**entry)
    with refused_by("rethus_once_per_profession"):
        RethusEntry.objects.create(**entry)


def test_a_plaza_ends_after_it_starts(sede):
    with refused_by("sso_ends_after_it_starts"):
        make_post(sede, date(2026, 5, 2), date(2026, 5, 1))


def test_a_person_has_one_plaza_at_a_time(ips, sede):
    make_post(sede, date(2026, 1, 1), date(2026, 6, 30))
    with refused_by("sso_one_post_at_a_time"):
        make_post(make_sede(ips), date(2026, 6, 30), date(2026, 12, 31))


def make_post(sede, first, last):
    return SsoPost.objects.create(
        document_type="CC", document_number="1025000111", sede=sede, starts_on=first, ends_on=last
    )
