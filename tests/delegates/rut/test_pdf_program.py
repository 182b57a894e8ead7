"""Which facts does the program read in a PDF?"""

import pytest

from delegates.rut.rules import Rule
from tests import rut as files
from tests.delegates.rut_checks import MET, NOT_MET, judged


def test_opens_without_password():
    assert judged(files.encrypted("clave"), Rule.OPEN).verdict == NOT_MET


def test_owner_password_alone_counts_as_no_password():
    assert judged(files.encrypted(""), Rule.OPEN).verdict == MET


@pytest.mark.parametrize("make", [files.with_javascript, files.with_hidden_javascript])
def test_programs(make):
    assert judged(make(), Rule.PASSIVE).verdict == NOT_MET
