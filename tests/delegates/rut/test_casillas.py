"""Which values does the portal read in the casillas of a RUT?"""

import pytest

from delegates.rut.rules import Rule
from tests.delegates.rut_checks import MET, NOT_MET, REVIEW, verdict
from tests.rut import Rut


def test_rut_without_date_is_left_to_a_person():
    assert verdict(Rut(foot=False), Rule.RECENT) == REVIEW


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
