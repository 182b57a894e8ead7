"""How do people write, paste and export the same text? For Hypothesis."""

import re
import unicodedata

from hypothesis import settings
from hypothesis import strategies as st

# of properties that are tested of many things: one in 33 of the examples of the profile
few = settings(max_examples=settings().max_examples // 33)

MARKS = ["", "\u200b", "\u00ad", "\u202e", "\u200e", "\ufeff", "\u2060"]
SIGNS = {" ": " \u00a0\u2003\u202f\u3000\t", "'": "'’‘ʼ´`", "-": "-‐‑–—−"}

# what nobody should write, and somebody pastes, exports or sends
STRANGE = [
    "", " \u00a0", "\u200b\ufeff", "\0", "Ana\0Paz", "a\x07b", "\x1b[31m", "\ud800", "x\udfffy", "\ufffe",
    "\U0001f600", "👩🏽‍⚕️", "\u202e\u0644\u0627", "e\u0301" * 40, "\u0301", "ﬁ", "İı", "ǅ", "ß",
    "1000000002.0", "1000000002,00", "1E9", "1,5464E+11", "1.54640000101E+11", "0001000000002", "００１２３４",
    "１０２５０００１１１", "١٠٢٥٠٠٠١١١", "१०२५", "²³", "½", "1.000.000.002", "1'000.000.002", "CC 1000000002",
    "NIT 900.123.456-8", "900123456-1", "-1", "1e400", "NaN", "١", "9" * 5000, "ñ" * 5000, " " * 5000,
    "a\n" * 2000, "a\r\nBcc: x@y.co", "=1+1", "<script>", "{{x}}", "%s%n", "' OR 1=1 --", "\\", "ana@x．co",
    "ana\u200b@x.co", "aña@x.co", "a@b@c.co", "2026-02-30", "٢٠٢٦-٠١-٠١", "31/12/9999", "0001-01-01",
    "99999-01-01", "00000000-0000-0000-0000-000000000000", "P07\u200b", "on",
]  # fmt: skip

STRANGE_TEXTS = st.sampled_from(STRANGE) | st.text(max_size=20)
# what may be another document or NIT than 1000000002
UNCERTAIN = [
    "1000000002.0", "1000000002,00", "1000000002.000", "1.000.000.002,00", "1E9", "1E+9", "1.000000002E9",
    "1,0E+09", "1000000002 3", "-1000000002", "1000000002-", "10-00000002", "1000\u0000000002",
    "1000000002\x07", "CE 1000000002", "#1000000002", "١٠٠٠٠٠٠٠٠٢", "１０００００００００２", "¹000000002",
    "1000000002\u0301", "\U0001f600", "9" * 5000,
]  # fmt: skip


@st.composite
def ways_of_writing(draw: st.DrawFn, text: str) -> str:
    """The text with other blanks, dashes and apostrophes, decomposed letters, and marks that nobody sees."""
    signs = {sign: draw(st.sampled_from(others)) for sign, others in SIGNS.items()}
    written = "".join(signs.get(letter, letter) for letter in text)
    if draw(st.booleans()):
        written = unicodedata.normalize("NFD", written)
    at = draw(st.integers(0, len(written)))
    around = draw(st.sampled_from(["", " ", "\u00a0", "\u200b "]))
    return around + written[:at] + draw(st.sampled_from(MARKS)) + written[at:] + around


def with_thousands(number: str, sign: str) -> str:
    """The number with a sign between its thousands."""
    return re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", sign, number)
