"""Does PostgreSQL itself refuse what can never be true of entities, sedes and DIVIPOLA?"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from entities.models import Association, Department, Entity, Municipality, Sede
from tests.cells import each_cell
from tests.factories import make_entity, make_sede

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


@pytest.mark.parametrize(
    ("owner", "member"),
    [("EPS_C", "EPS_S"), ("EPS_S", "ET"), ("EPS_C", "PPN"), ("ET", "IPS"), ("ET", "EPS_C"), ("IPS", "PROV")],
)
def test_an_association_is_of_kinds_that_go_together(owner, member):
    with refused_by("association_owner_takes_such_members"):
        Association.objects.create(owner=make_entity(owner), member=make_entity(member))


def test_the_kinds_of_an_association_can_not_be_forged(ips):
    with refused_by("association_owner_takes_such_members"):
        Association.objects.create(owner=ips, member=make_entity("ET"), owner_kind="ET", member_kind="EPS_S")


def test_the_kinds_of_an_association_can_not_be_changed(ips):
    made = Association.objects.create(owner=make_entity("EPS_C"), member=ips)
    Association.objects.update(owner_kind="ET", member_kind="EPS_S")
    made.refresh_from_db()
    assert (made.owner_kind, made.member_kind, made.relation) == ("EPS_C", "IPS", "EPS_IPS")


def test_an_entity_in_a_network_can_not_become_of_another_kind(ips):
    Association.objects.create(owner=make_entity("EPS_C"), member=ips)
    with refused_by("association_member_of_its_kind"):
        Entity.objects.filter(pk=ips.pk).update(kind="PROV")


def test_the_owner_of_a_network_can_not_become_of_another_kind(ips):
    made = Association.objects.create(owner=make_entity("EPS_C"), member=ips)
    with refused_by("association_owner_of_its_kind"):
        Entity.objects.filter(pk=made.owner_id).update(kind="EPS_S")


def test_who_ended_an_association_says_when(ips, delegate):
    with refused_by("association_ended_by_only_when_ended"):
        Association.objects.create(owner=make_entity("EPS_C"), member=ips, ended_by=delegate)


@pytest.mark.parametrize(("kind", "model"), [("EPS_S", 1), ("IPS", 2), ("ET", 3), ("ET", 0)])
def test_only_a_territorial_entity_has_a_modelo_of_one_or_two(kind, model):
    with refused_by("entity_et_model_only_for_et"):
        make_entity(kind, et_model=model)


@pytest.mark.parametrize("model", [None, 1, 2])
def test_a_territorial_entity_may_not_have_registered_its_modelo_yet(model):
    assert make_entity("ET", et_model=model).et_model_meaning


# ---------------------------------------------------------------- searching entities


@pytest.fixture
def hospital(db):
    hospital = make_entity(name="E.S.E. Hospital San José del Guaviare", nit="899999123")
    make_sede(hospital, code="950010012301", name="Urgencias")
    make_sede(hospital, code="950010012302", name="Centro de salud La Paz")
    return hospital


@each_cell(
    "words",
    [
        "hospital", "GUAVIARE josé", "jose hosp", "950010012302", "9500100123", "899999123", "899.999.123",
        "899999123-4", "899.999.123-4", "san 95001001", "hospital de", "guaviare 899999",
    ],
)  # fmt: skip
def test_an_entity_is_found_by_words_of_its_name_codes_of_its_sedes_and_nit(hospital, words):
    assert list(Entity.objects.matching(words)) == [hospital]


@pytest.mark.parametrize("words", ["hospital norte", "10012302", "%", "950010012399", "_ospital", "x899999123"])
def test_an_entity_is_not_found_by_what_it_is_not(hospital, words):
    assert not Entity.objects.matching(words).exists()


def test_a_provider_is_found_by_its_code():
    provider = make_entity("PROV", name="Farmacia Uno")
    make_sede(provider, code="PROV000123")
    assert list(Entity.objects.matching("prov000123")) == [provider]


def test_an_eps_is_found_by_its_code():
    eps = make_entity("EPS_S", eps_code="EPSS41")
    assert list(Entity.objects.matching("epss41")) == [eps]


def test_an_entity_is_known_by_the_code_of_its_main_sede(hospital):
    found = Entity.objects.with_main_sede().get(pk=hospital.pk)
    assert (found.code, found.open_sedes) == ("950010012301", 2)


def test_the_main_sede_is_an_open_one(hospital):
    Sede.objects.filter(code="950010012301").update(closed_on="2026-01-01")
    found = Entity.objects.with_main_sede().get(pk=hospital.pk)
    assert (found.code, found.open_sedes) == ("950010012302", 1)


def test_a_search_by_words_and_code_can_do_with_indexes_alone(hospital):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Entity.objects.filter(kind="IPS").matching("guaviare 950010012302").explain()
    assert "Seq Scan" not in plan
