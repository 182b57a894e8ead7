"""Which entities can exist, and how are they found?"""

import pytest
from django.db import IntegrityError, connection

from entities.models import Entity, Sede
from mipres_admin.reading.identifiers import check_digit
from tests.factories import make_entity, make_sede

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.fixture
def hospital(db):
    hospital = make_entity(name="E.S.E. Hospital San José del Guaviare", nit="899999123")
    make_sede(hospital, code="950010012301", name="Urgencias")
    make_sede(hospital, code="950010012302", name="Centro de salud La Paz")
    return hospital


def test_nit_is_once_per_kind():
    entity = make_entity()
    with refused_by("entity_once_per_kind_and_nit"):
        make_entity(nit=entity.nit)


def test_eps_of_both_regimenes_is_two_entities_of_one_nit():
    assert make_entity("EPS_C", nit="860066942") != make_entity("EPS_S", nit="860066942")


@pytest.mark.parametrize(
    ("kind", "code", "shown"),
    [
        ("EPS_C", "EPS037", "Nueva EPS S.A. (régimen contributivo)"),
        ("EPS_S", "EPSS41", "Nueva EPS S.A. (régimen subsidiado)"),
        ("EPS_C", "EAS016", "Nueva EPS S.A. (régimen contributivo, entidad adaptada)"),
        ("PROV", None, "Nueva EPS S.A. (Proveedor)"),
        ("IPS", None, "Nueva EPS S.A."),
    ],
)
def test_entities_of_one_name_and_nit_are_shown_apart(kind, code, shown):
    assert str(Entity(kind=kind, eps_code=code, name="Nueva EPS S.A.")) == shown


@pytest.mark.parametrize("nit", ["12345", "12345678901", "9001234A6", "900.123.4"])
def test_nit_has_six_to_ten_digits(nit):
    with refused_by("entity_nit_well_formed"):
        make_entity(nit=nit)


def test_eps_has_a_code():
    with refused_by("entity_eps_code_only_for_eps"):
        make_entity("EPS_C", eps_code=None)


def test_an_eps_is_never_a_persons_document():
    with refused_by("entity_eps_has_a_nit"):
        make_entity("EPS_S", identification_type="PA", nit="A" * 20)


def test_only_an_eps_has_a_code():
    with refused_by("entity_eps_code_only_for_eps"):
        make_entity("IPS", eps_code="EPS008")


def test_entity_is_of_a_known_kind():
    with refused_by("entity_kind_known"):
        make_entity(kind="CLUB")


def test_entity_has_a_name():
    with refused_by("entity_has_a_name"):
        make_entity(name="")


@pytest.mark.parametrize(("kind", "model"), [("EPS_S", 1), ("IPS", 2), ("ET", 3), ("ET", 0)])
def test_only_a_territorial_entity_has_a_modelo_of_one_or_two(kind, model):
    with refused_by("entity_et_model_only_for_et"):
        make_entity(kind, et_model=model)


@pytest.mark.parametrize("model", [None, 1, 2])
def test_territorial_entity_may_not_have_registered_its_modelo_yet(model):
    assert make_entity("ET", et_model=model).et_model_meaning


@pytest.mark.parametrize("words", ["hospital norte", "9500100123029", "%", "950010012399", "_", "h_x", "x899999123"])
def test_entity_is_not_found_by_what_it_is_not(hospital, words):
    assert not Entity.objects.matching(words).exists()


NIT_WRITTEN = [
    "900123456",
    "9001234568",
    "900.123.456-8",
    "900123456-8",
    "NIT 900.123.456 - 8",
    "NI 900123456",
    "456-8",
]


@pytest.mark.parametrize("words", ["SAS norte", "S.A.S.", "s a s", "Coop-Salud", "coopsalud,", *NIT_WRITTEN])
def test_entity_is_found_however_its_name_or_nit_is_written(words):
    assert make_entity(name="Coop-Salud del Norte, S.A.S.", nit="900123456") in Entity.objects.matching(words)


def test_entity_is_not_found_by_another_check_digit(hospital):
    assert not Entity.objects.matching(f"{hospital.nit}1").exists()
    assert Entity.objects.matching(f"{hospital.nit}{check_digit(hospital.nit)}").exists()


def test_entity_is_found_by_the_name_of_a_sede(hospital):
    assert list(Entity.objects.matching("guaviare la paz")) == [hospital]


@pytest.mark.parametrize("words", ["prov", "PROV", "PROV000123", "prov0001", "Farmacia prov"])
def test_code_of_a_provider_and_the_word_find_entity_and_sede_alike(words):
    sede = make_sede(make_entity("PROV", name="Farmacia Uno"), code="PROV000123", name="Farmacia Uno")
    assert list(Sede.objects.matching(words)) == [sede]
    assert list(Entity.objects.matching(words)) == [sede.entity]


def test_eps_is_found_by_its_code():
    eps = make_entity("EPS_S", eps_code="EPSS41")
    assert list(Entity.objects.matching("epss41")) == [eps]


def test_search_by_words_and_code_uses_indexes(hospital):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Entity.objects.filter(kind="IPS").matching("guaviare 950010012302").explain()
    assert "Seq Scan" not in plan
