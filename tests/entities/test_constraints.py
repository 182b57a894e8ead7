"""Does PostgreSQL itself refuse what can never be true of entities, sedes and DIVIPOLA?"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from entities.models import Association, Department, Municipality, Sede
from tests.cast import make_entity, make_sede

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_department_has_two_digits():
    with refused_by("department_code_two_digits"):
        Department.objects.create(code="5", name="X")


def test_a_municipality_begins_with_its_department():
    with refused_by("municipality_code_in_department"):
        Municipality.objects.create(code="05999", name="X", department_id="11")


def test_a_nit_is_once_per_kind():
    entity = make_entity()
    with refused_by("entity_once_per_kind_and_nit"):
        make_entity(nit=entity.nit)


def test_an_eps_of_both_regimenes_is_two_entities_of_one_nit():
    assert make_entity("EPS_C", nit="860066942") != make_entity("EPS_S", nit="860066942")


@pytest.mark.parametrize("nit", ["12345", "12345678901", "9001234A6", "900.123.4"])
def test_a_nit_has_six_to_ten_digits(nit):
    with refused_by("entity_nit_well_formed"):
        make_entity(nit=nit)


def test_an_eps_has_a_code():
    with refused_by("entity_eps_code_only_for_eps"):
        make_entity("EPS_C", eps_code=None)


def test_only_an_eps_has_a_code():
    with refused_by("entity_eps_code_only_for_eps"):
        make_entity("IPS", eps_code="EPS008")


def test_an_entity_is_of_a_known_kind():
    with refused_by("entity_kind_known"):
        make_entity(kind="CLUB")


def test_an_entity_has_a_name():
    with refused_by("entity_has_a_name"):
        make_entity(name="")


@pytest.mark.parametrize("code", ["1100100001", "11001000010A", "PROV12345", "prov123456", ""])
def test_a_sede_has_an_official_code(ips, code):
    with refused_by("sede_code_well_formed"):
        make_sede(ips, code=code)


def test_a_code_is_of_one_sede(ips, sede):
    with pytest.raises(IntegrityError, match="code"):
        make_sede(ips, code=sede.code)


def test_a_sede_has_a_municipality(ips):
    with refused_by("sede_has_municipality_unless_eps"):
        make_sede(ips, municipality_id=None)


def test_the_sede_of_an_eps_needs_no_municipality():
    eps = make_entity("EPS_C")
    assert make_sede(eps, code=eps.eps_code, municipality_id=None).pk


def test_a_sede_has_a_name(ips):
    with refused_by("sede_has_a_name"):
        make_sede(ips, name="")


def test_a_provider_class_is_one_of_reps(ips):
    with refused_by("sede_provider_class_known"):
        make_sede(ips, provider_class="XX")


@pytest.mark.parametrize("words", ["rio", "RÍO clinica", "centro rio", "clíni"])
def test_sedes_are_found_by_words_in_any_order_without_accents_or_case(sede, words):
    assert list(Sede.objects.matching(words)) == [sede]


def test_sedes_are_found_by_code(sede):
    assert list(Sede.objects.matching(sede.code[:8])) == [sede]


@pytest.mark.parametrize("words", ["%", "_", "\\", "río norte"])
def test_wild_cards_are_only_letters(sede, words):
    assert not Sede.objects.matching(words).exists()


def test_an_entity_is_not_associated_with_itself(ips):
    with refused_by("association_of_two_entities"):
        Association.objects.create(owner=ips, member=ips)


def test_an_association_ends_after_it_starts(ips):
    now = timezone.now()
    with refused_by("association_ends_after_it_starts"):
        Association.objects.create(owner=make_entity("EPS_C"), member=ips, starts_at=now, ends_at=now - timedelta(1))


def test_an_entity_is_associated_once_at_a_time(ips):
    eps = make_entity("EPS_C")
    Association.objects.create(owner=eps, member=ips)
    with refused_by("association_no_overlap"):
        Association.objects.create(owner=eps, member=ips)


# ---------------------------------------------------------------- sedes of a provider


def test_an_entity_has_one_initial_record():
    provider = make_entity("PROV")
    make_sede(provider, code="PROV000001", is_main=True)
    with refused_by("sede_one_main_per_entity"):
        make_sede(provider, code="PROV000002", is_main=True)


def test_the_initial_record_has_a_code_of_a_provider():
    with refused_by("sede_main_has_provider_code"):
        make_sede(make_entity("PROV"), is_main=True)


def test_a_form_creates_one_sede():
    provider, key = make_entity("PROV"), uuid4()
    make_sede(provider, code="PROV000001", form_key=key)
    with refused_by("sede_once_per_form"):
        make_sede(provider, code="PROV000002", form_key=key)
