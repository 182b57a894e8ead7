"""How is a text read that somebody typed, pasted or exported? Without what nobody sees, and one sign for each idea.

`clean_text` is also an SQL function (`sql/clean_text.sql`): constraints keep the database clean.
Source: Unicode Standard Annex #15 (NFC), and DerivedCoreProperties.txt (Default_Ignorable_Code_Point).
"""

import re
import unicodedata
from collections.abc import Iterator

# each as the inside of a character class, the same in Python's regular expressions and in PostgreSQL's
BLANKS = r"\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
APOSTROPHES = (
    r"\u0027\u0060\u00b4\u02b9\u02bb-\u02bd\u02c8\u02ca\u02cb\u0384\u055a\u1fbd\u1fbf\u1fef\u1ffd\u1ffe"
    r"\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07\uff40"
)
DASHES = r"\u002d\u02d7\u058a\u05be\u2010-\u2015\u2043\u207b\u208b\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
# what is never drawn, whatever its category: soft hyphen, directional marks, joiners, byte order mark, fillers, tags
INVISIBLE = (
    r"\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
SIGNS = (
    r"\u0021-\u0026\u0028-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e"
    r"\u00a1-\u00bf\u00d7\u00f7\u2000-\u2bff\u2e00-\u2e7f\u3001-\u303f"
)
"""What separates words without being a blank, an apostrophe or a dash: points, commas, quotation marks, symbols."""
# what is new in Unicode 16: marks and blocks that PostgreSQL 18 orders or composes and Python 3.13 does not know
_LATER = (
    r"\u0897\U00010d69-\U00010d6d\U00011380-\U000113ff\U00016100-\U0001613f\U00016d40-\U00016d7f\U0001e5d0-\U0001e5ff"
)
CONTROL = re.compile(rf"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff{_LATER}]")
"""What no text has: control characters that are not blanks, halves of characters, and what Python cannot compose."""


def members(characters: str) -> Iterator[int]:
    """The code points of a class."""
    for first, last in re.findall(r"\\[uU]([0-9a-f]+)(?:-\\[uU]([0-9a-f]+))?", characters):
        yield from range(int(first, 16), int(last or first, 16) + 1)


_READ = (
    dict.fromkeys(members(BLANKS), " ")
    | dict.fromkeys(members(APOSTROPHES), "'")
    | dict.fromkeys(members(DASHES), "-")
    | dict.fromkeys(members(INVISIBLE))
)


def is_plain(text: str) -> bool:
    """Whether only the blanks of a text, or of many texts joined, may have to be cleaned: true of nearly all Spanish.

    Of the characters of Latin-1 the printable ones are NFC, and two are apostrophes.
    """
    if not text.isprintable() or "`" in text or "´" in text:
        return False
    try:
        return text.isascii() or bool(text.encode("latin-1"))
    except UnicodeEncodeError:
        return False


def single_blanks(text: str) -> str:
    """A plain text, with single blanks and trimmed."""
    return " ".join(filter(None, text.split(" "))) if "  " in text else text.strip(" ")


def clean_text(text: str) -> str:
    """One line: NFC, nothing invisible, one sign for all apostrophes and one for all dashes, single blanks, trimmed.

    A control character that is no blank stays: it is for the caller to refuse (`CONTROL`).
    """
    if is_plain(text):
        return single_blanks(text)
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_READ))
    return single_blanks(composed)


def clean_lines(text: str) -> str:
    """The same for each line of a text of several; blank lines stay between others."""
    return "\n".join(map(clean_text, text.splitlines())).strip("\n")


def clean_file_name(name: str) -> str:
    """The name of a file as people see it, whatever system wrote it; no character that no text has is left."""
    return CONTROL.sub("_", clean_text(name))


def is_clean(text: str) -> bool:
    """Whether there is nothing to clean and nothing to refuse."""
    return clean_text(text) == text and not CONTROL.search(text)
