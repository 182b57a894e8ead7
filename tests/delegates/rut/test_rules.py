"""Is each rule of a RUT met, not met, or left to a person?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from delegates.models import MAX_RUT_BYTES
from delegates.rut.rules import Rule, hard_failures, normalised, read_rut
from mipres_admin.uploaded_pdf.reader import Reading
from tests import rut as files
from tests.delegates.rut_checks import MET, NOT_MET, REVIEW, TODAY, checks_of, judged, reading_of, verdict
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


def test_file_too_large_or_no_pdf_is_not_opened(monkeypatch):
    monkeypatch.setattr("delegates.rut.rules.read_pdf", None)
    assert not read_rut(files.zip_renamed()).read
    assert not read_rut(files.too_large()).read


def test_a_copy_that_is_too_large_is_not_kept():
    reading = replace(reading_of(make_rut(Rut())), copy=b"x" * (MAX_RUT_BYTES + 1))
    assert judged(make_rut(Rut()), Rule.SIZE, reading=reading).verdict == NOT_MET


def test_password():
    assert judged(files.encrypted("clave"), Rule.OPEN).verdict == NOT_MET
    assert judged(files.encrypted(""), Rule.OPEN).verdict == MET


def test_a_file_that_does_not_open_is_refused():
    (failure,) = hard_failures(checks_of(files.truncated()))
    assert "use Imprimir y Guardar como PDF" in failure.detail


@pytest.mark.parametrize("make", [files.with_javascript, files.with_hidden_javascript])
def test_programs(make):
    assert judged(make(), Rule.PASSIVE).verdict == NOT_MET


def test_unread_text_is_left_to_a_person():
    reading = replace(reading_of(make_rut(Rut())), texts=())
    verdicts = {rule: judged(make_rut(Rut()), rule, reading=reading).verdict for rule in Rule}
    assert [rule for rule in Rule if verdicts[rule] == MET] == list(Rule)[:5]
    assert {verdicts[rule] for rule in list(Rule)[5:]} == {REVIEW}


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
