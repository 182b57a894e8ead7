"""Is an uploaded PDF read in a process with limits and without secrets?"""

import os
import time

import pytest

from delegates.rut.rules import read_rut
from mipres_admin.uploaded_pdf.reader import LIMITS, read_pdf
from tests import rut as files
from tests.rut import Rut, make_rut


def test_the_process_reads_a_rut():
    reading = read_rut(make_rut(Rut()))
    assert (reading.read, reading.pages, reading.programs) == (True, 3, False)
    assert "900123456" in reading.texts[0].replace(" ", "")


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"%PDF-1.7\n" + os.urandom(5_000)], ids=["empty", "head", "noise"])
def test_junk_is_no_error(data):
    assert not read_pdf(data).read


def test_a_text_that_exhausts_the_process_is_not_read():
    started = time.monotonic()
    reading = read_pdf(files.bomb(250_000))
    assert time.monotonic() - started < LIMITS.seconds + 2
    assert (reading.read, reading.pages, reading.texts) == (True, 3, ())


def test_the_process_reads_a_file_in_aes_256_without_a_password():
    assert read_pdf(files.encrypted("", "AES-256"), with_texts=False).read


def test_a_text_that_exhausts_the_process_hides_no_action():
    data = files.opened_with(files.action("/GoToR", F="a.pdf"), data=files.bomb()).replace(b"/GoToR", b"/GoTo#52")
    assert read_pdf(data).programs


def test_the_text_is_read_only_where_it_is_needed():
    assert read_pdf(make_rut(Rut()), with_texts=False).texts == ()
