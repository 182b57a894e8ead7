"""Which sedes can exist, and how are they found?"""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from entities.models import Entity, Sede
from mipres_admin.reading.text import clean_text
from tests.cells import each_cell
from tests.factories import make_entity, make_provider_of, make_sede

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.fixture
def hospital(db):
    hospital = make_entity(name="E.S.E. Hospital San José del Guaviare", nit="899999123")
    make_sede(hospital, code="950010012301", name="Urgencias")
    make_sede(hospital, code="950010012302", name="Centro de salud La Paz")
    return hospital


@pytest.mark.parametrize("code", ["1100100001", "11001000010A", "PROV12345", "prov123456", ""])
def test_sede_has_an_official_code(ips, code):
    with refused_by("sede_code_well_formed"):
        make_sede(ips, code=code)


def test_code_is_of_one_sede(ips, sede):
    with pytest.raises(IntegrityError, match="code"):
        make_sede(ips, code=sede.code)


def test_sede_has_a_municipality(ips):
    with refused_by("sede_has_municipality_unless_eps"):
        make_sede(ips, municipality_id=None)


def test_sede_of_an_eps_needs_no_municipality():
    eps = make_entity("EPS_C")
    assert make_sede(eps, code=eps.eps_code, municipality_id=None).pk


def test_sede_has_a_name(ips):
    with refused_by("sede_has_a_name"):
        make_sede(ips, name="")


def test_provider_class_is_one_of_reps(ips):
    with refused_by("sede_provider_class_known"):
        make_sede(ips, provider_class="XX")


@pytest.mark.parametrize("words", ["rio", "RÍO clinica", "centro rio", "clíni"])
def test_sedes_are_found_by_words_in_any_order_without_accents_or_case(sede, words):
    assert list(Sede.objects.matching(words)) == [sede]


@pytest.mark.parametrize("name", ["Centro 1.200 – S.A.S., Nº 2", "I.P.S. D’Luyz (Sede 900.123-1)", "A & B C.I."])
def test_sede_is_found_by_its_own_name(sede, name):
    Sede.objects.filter(pk=sede.pk).update(name=clean_text(name))
    assert list(Sede.objects.matching(name)) == [sede]
    assert list(Sede.objects.matching(f"{sede.code} {name}")) == [sede]


def test_sedes_are_found_by_code(sede):
    assert list(Sede.objects.matching(sede.code[:8])) == [sede]


@pytest.mark.parametrize("words", ["%", "_", "\\", "río norte"])
def test_wild_cards_are_only_letters(sede, words):
    assert not Sede.objects.matching(words).exists()


def test_entity_has_one_initial_record():
    provider = make_entity("PROV")
    make_sede(provider, code="PROV000001", is_main=True)
    with refused_by("sede_one_main_per_entity"):
        make_sede(provider, code="PROV000002", is_main=True)


def test_initial_record_has_a_code_of_a_provider():
    with refused_by("sede_main_has_provider_code"):
        make_sede(make_entity("PROV"), is_main=True)


def test_form_creates_one_sede():
    provider, key = make_entity("PROV"), uuid4()
    make_sede(provider, code="PROV000001", form_key=key)
    with refused_by("sede_once_per_form"):
        make_sede(provider, code="PROV000002", form_key=key)


@each_cell(
    "words",
    [
        "hospital", "GUAVIARE josé", "jose hosp", "950010012302", "9500100123", "899999123", "899.999.123",
        "899999123-4", "899.999.123-4", "san 95001001", "hospital de", "guaviare 899999",
    ],
)  # fmt: skip
def test_entity_is_found_by_name_nit_and_sede_codes(hospital, words):
    assert list(Entity.objects.matching(words)) == [hospital]


def test_entity_is_known_by_the_code_of_its_main_sede(hospital):
    found = Entity.objects.with_main_sede().get(pk=hospital.pk)
    assert (found.code, found.open_sedes) == ("950010012301", 2)


def test_main_sede_is_an_open_one(hospital):
    Sede.objects.filter(code="950010012301").update(closed_on="2026-01-01")
    found = Entity.objects.with_main_sede().get(pk=hospital.pk)
    assert (found.code, found.open_sedes) == ("950010012302", 1)


# ---------------------------------------------------------------- the Proveedor with the NIT of an IPS


@pytest.fixture
def provider(hospital):
    return make_provider_of(hospital)


def test_provider_has_its_own_sedes_and_those_of_the_ips_with_its_nit(hospital, provider, sede):
    own = Sede.objects.visible_to(provider)
    assert set(own) == {*hospital.sedes.all(), provider.sedes.get()}
    assert all(place.is_of(provider) for place in own)


def test_other_kinds_and_nits_have_their_own_sedes_alone(hospital, provider, ips, sede):
    eps = make_entity("EPS_C", nit=hospital.nit)
    assert set(Sede.objects.visible_to(hospital)) == set(hospital.sedes.all())
    assert set(Sede.objects.visible_to(ips)) == {sede}
    assert not Sede.objects.visible_to(eps).exists()
    assert not provider.sedes.get().is_of(hospital)


def test_postgresql_and_python_say_the_same_of_whose_sedes_an_entity_has(hospital, provider, ips, sede):
    make_entity("EPS_C", nit=hospital.nit)
    entities = list(Entity.objects.all())
    said = {(one.pk, other.pk) for one in entities for other in Entity.objects.having_sedes_of(one)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT entity_id, owner_id FROM sede_owners")
        assert set(cursor.fetchall()) == said
    assert said == {(a.pk, b.pk) for a in entities for b in entities if a == b or a.has_sedes_of(b)}


def test_provider_is_found_by_the_codes_of_both(hospital, provider):
    code = provider.sedes.get().code
    assert set(Entity.objects.matching("950010012301")) == {hospital, provider}
    assert list(Entity.objects.filter(kind="PROV").matching("950010012301").with_main_sede()) == [provider]
    assert Entity.objects.with_main_sede().get(pk=provider.pk).code == code


def test_open_sedes_of_a_provider_are_those_of_both(hospital, provider):
    Sede.objects.filter(code="950010012301").update(closed_on="2026-01-01")
    counts = Entity.objects.with_main_sede().values_list("kind", "open_sedes")
    assert dict(counts) == {"IPS": 1, "PROV": 2}
