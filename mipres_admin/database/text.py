"""How are texts compared and kept clean? In Python and in PostgreSQL alike.

The SQL functions `fold(text)` and `clean_text(text)` (`sql/`) are created by the first migration of `mipres_admin`.
Generated columns store what is folded, and trigram indexes search it; constraints use `clean_text`.
"""

import re
import unicodedata

from django.db.models import Func, TextField

from mipres_admin.reading.identifiers import plain_word
from mipres_admin.reading.text import APOSTROPHES, BLANKS, CONTROL, DASHES, INVISIBLE, clean_text, members

_APOSTROPHES = dict.fromkeys(members(APOSTROPHES), "'")
_FOLDED = (
    dict.fromkeys([*range(0x300, 0x370), *members(INVISIBLE)])
    | dict.fromkeys([*members(BLANKS), *members(DASHES)], " ")
    | _APOSTROPHES
    # letters that have no accent to lose; Python alone would lower the last Σ of a word in another way
    | str.maketrans("đðħıłøŧĐÐĦŁØŦΣ", "ddhilotddhlotσ")
    | {
        ord(letter): plain
        for pair, plain in (("ßẞ", "ss"), ("æÆ", "ae"), ("œŒ", "oe"), ("þÞ", "th"))
        for letter in pair
    }
)
# nearly everything is in the letters of Spanish
_SPANISH = re.compile(r"[ -_a-~ÁÉÍÓÚÜÑáéíóúüñ]*")
_SPANISH_FOLDED = str.maketrans("-áéíóúüñ", " aeiouun")


class Fold(Func):
    """`fold(expression)`: as `fold` below. Immutable, so usable in generated columns and indexes."""

    function = "fold"
    output_field = TextField()


class CleanText(Func):
    """`clean_text(expression)`: as `mipres_admin.reading.text.clean_text`."""

    function = "clean_text"
    output_field = TextField()


def fold(text: str) -> str:
    """A text as it is compared: lower case, no accents, nothing invisible, dashes as blanks, one kind of apostrophe.

    D’Luyz is D'Luyz, Łukasz is Lukasz, Ruiz-Gómez is ruiz gomez, and a decomposed ñ is ñ.
    """
    if _SPANISH.fullmatch(text):
        return text.lower().translate(_SPANISH_FOLDED)
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    return CONTROL.sub("", plain).translate(_FOLDED).lower()


def fold_words(text: str) -> str:
    """Folded, with single spaces between the words."""
    return " ".join(fold(text).split())


def search_words(text: str) -> list[str]:
    """The words of a search, folded; a document or NIT without its points and check digit."""
    return [word for typed in clean_text(text).split() for word in fold(plain_word(typed)).split()]


def fold_key(text: str) -> str:
    """Folded, only letters and digits: `Direcci_nSede` and `direccinsede` are equal."""
    return "".join(filter(str.isalnum, fold(text)))


def masked_email(email: str) -> str:
    """An e-mail as its owner recognises it, for example m***@clinica.example."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}"
