"""How do the tests check a RUT?"""

import io
from functools import cache

from django.utils import timezone

from delegates.rut.pdf_program import read_facts
from delegates.rut.pdf_reader import Reading
from delegates.rut.rules import ExpectedContents, Verdict, check_rut
from tests.rut import make_rut

EXPECTED = ExpectedContents(
    nit="900123456", name="Clinica del Rio SAS", document_type="CC", document_number="1025000111"
)


MET, NOT_MET, REVIEW = Verdict.MET, Verdict.NOT_MET, Verdict.REVIEW


TODAY = timezone.localdate()


@cache
def reading_of(data: bytes) -> Reading:
    """As the separate process reads it, without the cost of the process."""
    *_, facts = read_facts(io.BytesIO(data))
    return Reading(facts["read"], facts["encrypted"], facts["programs"], facts["pages"], tuple(facts["texts"]))


def judged(data, rule, expected=EXPECTED, reading=None):
    checks = check_rut(data, reading or reading_of(data), expected, TODAY)
    return next(check for check in checks if check.rule == rule)


def verdict(rut, rule):
    return judged(make_rut(rut), rule).verdict
