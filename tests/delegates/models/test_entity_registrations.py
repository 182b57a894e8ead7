"""Does the database refuse impossible registrations and representations?"""

from datetime import timedelta

import pytest

from delegates.models import (
    RegistrationStep,
    Representation,
    RutDocument,
)
from tests.cells import each_cell
from tests.delegates.constraint_rows import NOW, refused_by
from tests.factories import (
    make_entity,
    make_person,
    make_registration,
)

pytestmark = pytest.mark.django_db


@each_cell(
    ("name", "fields"),
    [
        ("registration_kind_known", {"kind": "PPN"}),
        ("registration_state_known", {"state": "perdida"}),
        ("registration_nit_well_formed", {"nit": "900.123"}),
        ("registration_complete", {"phone": ""}),
        ("registration_regimen_only_for_eps", {"kind": "EPS"}),
        ("registration_regimen_only_for_eps", {"contributivo": True}),
        ("registration_model_only_for_et", {"kind": "ET"}),
        ("registration_model_only_for_et", {"kind": "ET", "et_model": 3}),
        ("registration_model_only_for_et", {"et_model": 1}),
    ],
)
def test_registration_is_complete_and_fits_its_kind(name, fields):
    with refused_by(name):
        make_registration(**fields)


def test_a_person_has_one_open_registration_of_an_entity():
    first = make_registration()
    with refused_by("registration_open_once"):
        make_registration(first.applicant, nit=first.nit)


def test_a_rejected_registration_can_be_sent_again():
    first = make_registration(state="rechazada")
    make_registration(first.applicant, nit=first.nit)


@pytest.mark.parametrize("state", ["en_revision", "falta_informacion", "aprobada", "rechazada"])
def test_a_step_of_the_ministry_says_why(state):
    with refused_by("registration_step_says_why"):
        RegistrationStep.objects.create(registration=make_registration(), state=state)


def test_a_step_has_a_known_state():
    with refused_by("registration_step_state_known"):
        RegistrationStep.objects.create(registration=make_registration(), state="perdida", reason="x")


def test_a_rut_has_the_hash_of_its_bytes():
    registration = make_registration()
    with refused_by("rut_sha256_well_formed"):
        RutDocument.objects.create(
            registration=registration, content=b"%PDF", sha256="x", checks=[], uploaded_by=registration.applicant
        )


def test_an_entity_has_one_principal_representative():
    entity = make_entity()
    Representation.objects.create(entity=entity, person=make_person())
    with refused_by("entity_has_one_principal_representative"):
        Representation.objects.create(entity=entity, person=make_person())


def test_a_representation_ends_after_it_starts():
    with refused_by("representation_ends_after_it_starts"):
        Representation.objects.create(
            entity=make_entity(), person=make_person(), since=NOW, ended_at=NOW - timedelta(days=1)
        )
