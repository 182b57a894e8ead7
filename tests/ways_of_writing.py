"""How do people write, paste and export the same text? For Hypothesis."""

import re
import unicodedata

from hypothesis import strategies as st

MARKS = ["", "\u200b", "\u00ad", "\u202e", "\u200e", "\ufeff", "\u2060"]
SIGNS = {" ": " \u00a0\u2003\u202f\u3000\t", "'": "'’‘ʼ´`", "-": "-‐‑–—−"}


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
