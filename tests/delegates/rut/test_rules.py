"""Is each rule of a RUT met, not met, or left to a person?"""

from datetime import timedelta

import pytest

from delegates.rut.pdf_reader import Reading
from delegates.rut.rules import Rule, normalised
from tests import rut as files
from tests.delegates.rut_checks import MET, NOT_MET, REVIEW, TODAY, judged, reading_of, verdict
from tests.rut import Rut, make_rut


@pytest.mark.parametrize("rule", Rule)
def test_a_good_rut_meets_every_rule(rule):
    assert verdict(Rut(), rule) == MET


def test_every_page_of_the_generator_says_that_it_is_a_test():
    assert all(files.WATERMARK in text for text in reading_of(make_rut(Rut())).texts)


def test_size():
    assert judged(files.too_large(), Rule.SIZE, reading=Reading()).verdict == NOT_MET


def test_signature():
    assert judged(files.zip_renamed(), Rule.SIGNATURE, reading=Reading()).verdict == NOT_MET


def test_pages():
    assert verdict(Rut(pages=2), Rule.PAGES) == NOT_MET


def test_legible():
    assert judged(files.image_only(), Rule.LEGIBLE).verdict == REVIEW


@pytest.mark.parametrize(
    ("days", "expected"), [(0, MET), (364, MET), (367, NOT_MET), (-1, NOT_MET)], ids=["today", "year", "old", "future"]
)
def test_recent(days, expected):
    assert verdict(Rut(generated_on=TODAY - timedelta(days=days)), Rule.RECENT) == expected


def test_nit_is_the_one_typed():
    assert verdict(Rut(nit="900999888"), Rule.NIT) == NOT_MET


def test_nit_fits_its_check_digit():
    assert verdict(Rut(check_digit="1"), Rule.NIT) == NOT_MET


def test_razon_social():
    assert verdict(Rut(name="OTRA CLÍNICA S.A.S."), Rule.NAME) == NOT_MET


@pytest.mark.parametrize("name", ["Clínica del Río S.A.S.", "CLINICA DEL RIO S A S", " clinica  del río, sas"])
def test_razon_social_is_compared_without_accents_case_or_dots(name):
    assert normalised(name) == "clinicadelriosas"


def test_another_persons_document_is_not_shown():
    check = judged(make_rut(Rut(document="1030000222")), Rule.REPRESENTATIVE)
    assert "1030000222" not in check.detail
