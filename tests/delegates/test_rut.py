"""Is each rule of the RUT judged as met, not met or for a person to look at, and does no file hurt the portal?"""

import os
import signal
import subprocess
import time
from datetime import timedelta
from functools import cache

import pytest
from django.utils import timezone

from delegates.rut import sandbox_runner
from delegates.rut.pdf_sandbox import read
from delegates.rut.rules import ExpectedContents, Rule, Verdict, check_rut, hard_failures, normalised, read_rut
from delegates.rut.sandbox_runner import Reading, read_pdf
from mipres_admin.refusals import Refused
from tests import rut as files
from tests.rut import Rut, make_rut

EXPECTED = ExpectedContents(
    nit="900123456", name="Clinica del Rio SAS", document_type="CC", document_number="1025000111"
)
MET, NOT_MET, REVIEW = Verdict.MET, Verdict.NOT_MET, Verdict.REVIEW
TODAY = timezone.localdate()


@cache
def reading_of(data: bytes) -> Reading:
    """As the separate process reads it, without the cost of the process."""
    facts = read(data)
    return Reading(facts["read"], facts["encrypted"], facts["programs"], facts["pages"], tuple(facts["texts"]))


def judged(data, rule, expected=EXPECTED, reading=None):
    checks = check_rut(data, reading or reading_of(data), expected, TODAY)
    return next(check for check in checks if check.rule == rule)


def verdict(rut, rule):
    return judged(make_rut(rut), rule).verdict


@pytest.mark.parametrize("rule", Rule)
def test_a_good_rut_meets_every_rule(rule):
    assert verdict(Rut(), rule) == MET


def test_every_page_of_the_generator_says_that_it_is_a_test():
    assert all(files.WATERMARK in text for text in reading_of(make_rut(Rut())).texts)


def test_size():
    assert judged(files.too_large(), Rule.SIZE, reading=Reading()).verdict == NOT_MET


def test_signature():
    assert judged(files.zip_renamed(), Rule.SIGNATURE, reading=Reading()).verdict == NOT_MET


def test_opens_without_password():
    assert judged(files.encrypted("clave"), Rule.OPEN).verdict == NOT_MET


def test_the_owners_password_alone_asks_nobody_for_anything():
    assert judged(files.encrypted(""), Rule.OPEN).verdict == MET


@pytest.mark.parametrize("make", [files.with_javascript, files.with_hidden_javascript])
def test_programs(make):
    assert judged(make(), Rule.PASSIVE).verdict == NOT_MET


def test_pages():
    assert verdict(Rut(pages=2), Rule.PAGES) == NOT_MET


def test_legible():
    assert judged(files.image_only(), Rule.LEGIBLE).verdict == REVIEW


@pytest.mark.parametrize(
    ("days", "expected"), [(0, MET), (364, MET), (367, NOT_MET), (-1, NOT_MET)], ids=["today", "year", "old", "future"]
)
def test_recent(days, expected):
    assert verdict(Rut(generated_on=TODAY - timedelta(days=days)), Rule.RECENT) == expected


def test_a_rut_without_date_goes_to_a_person():
    assert verdict(Rut(foot=False), Rule.RECENT) == REVIEW


def test_nit_is_the_one_typed():
    assert verdict(Rut(nit="900999888"), Rule.NIT) == NOT_MET


def test_nit_fits_its_check_digit():
    assert verdict(Rut(check_digit="1"), Rule.NIT) == NOT_MET


def test_razon_social():
    assert verdict(Rut(name="OTRA CLÍNICA S.A.S."), Rule.NAME) == NOT_MET


@pytest.mark.parametrize("name", ["Clínica del Río S.A.S.", "CLINICA DEL RIO S A S", " clinica  del río, sas"])
def test_razon_social_is_compared_without_accents_case_or_dots(name):
    assert normalised(name) == "clinicadelriosas"


@pytest.mark.parametrize(
    ("rut", "expected"),
    [
        (Rut(document="1030000222"), NOT_MET),
        (Rut(role="REPRS LEGAL SUPL 1 9"), NOT_MET),
        (Rut(document_code="2 2"), NOT_MET),
        (Rut(role=""), REVIEW),
        (Rut(document="1030000222", others=(("REPRS LEGAL PRIN 1 8", "1025000111"),)), MET),
        (Rut(others=(("REPRS LEGAL SUPL 1 9", "1030000222"),)), MET),
        (Rut(document="1030000222", others=(("REPRS LEGAL SUPL 1 9", "1025000111"),)), NOT_MET),
    ],
    ids=["another", "substitute", "another type", "unreadable", "second of two", "with substitute", "only substitute"],
)
def test_principal_legal_representative(rut, expected):
    assert verdict(rut, Rule.REPRESENTATIVE) == expected


def test_another_persons_document_is_not_shown():
    check = judged(make_rut(Rut(document="1030000222")), Rule.REPRESENTATIVE)
    assert "1030000222" not in check.detail


# ---------------------------------------------------------------- the process, with files made to hurt


def test_the_process_reads_a_rut():
    reading = read_rut(make_rut(Rut()))
    assert (reading.read, reading.pages, reading.programs) == (True, 3, False)


@pytest.mark.parametrize("make", [files.truncated, files.bomb], ids=["truncated", "bomb"])
def test_what_can_not_be_read_goes_to_a_person(make):
    data = make()
    started = time.monotonic()
    checks = check_rut(data, read_rut(data), EXPECTED, TODAY)
    assert time.monotonic() - started < 3 * sandbox_runner.TIMEOUT
    assert not hard_failures(checks)
    assert {check.verdict for check in checks if check.rule not in (Rule.SIZE, Rule.SIGNATURE)} == {REVIEW}


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"%PDF-1.7\n" + os.urandom(5_000)], ids=["empty", "head", "noise"])
def test_junk_is_no_error(data):
    assert not read_pdf(data).read


def test_a_program_in_a_file_that_can_not_be_read_is_still_seen():
    data = b"%PDF-1.7\n1 0 obj << /S /JavaScript /JS (app.alert(1)) >>"
    assert read_pdf(data).programs


def test_what_is_no_pdf_or_too_large_is_not_opened(monkeypatch):
    monkeypatch.setattr("delegates.rut.rules.read_pdf", None)
    assert not read_rut(files.zip_renamed()).read
    assert not read_rut(files.too_large()).read


def test_the_process_gets_no_secret(monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options)
        return subprocess.CompletedProcess(command, -signal.SIGKILL, b"", b"")

    monkeypatch.setattr(sandbox_runner.subprocess, "run", run)
    assert not read_pdf(b"%PDF-").read
    assert seen["env"] == {}


def test_a_process_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox_runner, "TIMEOUT", 0.01)
    assert not read_pdf(make_rut(Rut())).read


def test_one_is_read_at_a_time(monkeypatch):
    monkeypatch.setattr(sandbox_runner, "WAIT", 0.01)
    with sandbox_runner._processes, pytest.raises(Refused, match="un documento a la vez"):
        read_pdf(b"%PDF-")
