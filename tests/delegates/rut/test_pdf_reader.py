"""Is an uploaded PDF read in a process with limits and without secrets?"""

import os
import time

import pytest

from delegates.rut.pdf_reader import LIMITS, read_pdf
from delegates.rut.rules import Rule, check_rut, hard_failures, read_rut
from tests import rut as files
from tests.delegates.rut_checks import EXPECTED, REVIEW, TODAY
from tests.rut import Rut, make_rut


def test_the_process_reads_a_rut():
    reading = read_rut(make_rut(Rut()))
    assert (reading.read, reading.pages, reading.programs) == (True, 3, False)


@pytest.mark.parametrize("make", [files.truncated, files.bomb], ids=["truncated", "bomb"])
def test_unreadable_file_is_left_to_a_person(make):
    data = make()
    started = time.monotonic()
    checks = check_rut(data, read_rut(data), EXPECTED, TODAY)
    assert time.monotonic() - started < LIMITS.seconds
    assert not hard_failures(checks)
    assert {check.verdict for check in checks if check.rule not in (Rule.SIZE, Rule.SIGNATURE)} == {REVIEW}


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"%PDF-1.7\n" + os.urandom(5_000)], ids=["empty", "head", "noise"])
def test_junk_is_no_error(data):
    assert not read_pdf(data).read


def test_program_in_an_unreadable_file_is_found():
    data = b"%PDF-1.7\n1 0 obj << /S /JavaScript /JS (app.alert(1)) >>"
    assert read_pdf(data).programs


def test_file_too_large_or_no_pdf_is_not_opened(monkeypatch):
    monkeypatch.setattr("delegates.rut.rules.read_pdf", None)
    assert not read_rut(files.zip_renamed()).read
    assert not read_rut(files.too_large()).read


def test_a_text_that_exhausts_the_process_hides_no_action():
    data = files.opened_with(files.action("/GoToR", F="a.pdf"), data=files.bomb()).replace(b"/GoToR", b"/GoTo#52")
    reading = read_pdf(data)
    assert (reading.read, reading.programs) == (False, True)


def test_an_action_in_an_unreadable_file_is_found():
    assert read_pdf(b"%PDF-1.7\n1 0 obj << /OpenAction << /S /GoToR /F (a.pdf) >>").programs
