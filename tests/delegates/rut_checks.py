"""How do the tests check a RUT?"""

import io
from functools import cache

from django.utils import timezone

from delegates.rut.rules import ExpectedContents, Verdict, check_rut
from mipres_admin.uploaded_pdf import reader
from mipres_admin.uploaded_pdf.program import read_facts
from mipres_admin.uploaded_pdf.reader import Reading
from tests.rut import make_rut

EXPECTED = ExpectedContents(
    nit="900123456", name="Clinica del Rio SAS", document_type="CC", document_number="1025000111"
)


MET, NOT_MET, REVIEW = Verdict.MET, Verdict.NOT_MET, Verdict.REVIEW


TODAY = timezone.localdate()


@cache
def reading_of(data: bytes) -> Reading:
    """As the separate process reads it, without the cost of the process."""
    *_, facts = read_facts(io.BytesIO(data), with_texts=True)
    return reader.reading_of(facts)


def checks_of(data, expected=EXPECTED, reading=None):
    return check_rut(data, reading or reading_of(data), expected, TODAY)


def judged(data, rule, expected=EXPECTED, reading=None):
    return next(check for check in checks_of(data, expected, reading) if check.rule == rule)


def verdict(rut, rule):
    return judged(make_rut(rut), rule).verdict
