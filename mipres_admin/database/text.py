"""How are texts compared, searched and kept clean? In Python and in PostgreSQL alike.

The SQL functions of these names (`sql/`) are created by the first migration of `mipres_admin`. Generated columns store
what is searched, and trigram indexes find it; `constraints.clean` keeps texts clean. Every search box looks for
`search_words` in a column of `SearchText` (names of people) or for `key_words` in one of `SearchKey` (everything else).
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from django.db.models import BooleanField, CharField, Func, Q, TextField

from mipres_admin.reading.identifiers import plain_word
from mipres_admin.reading.text import APOSTROPHES, BLANKS, CONTROL, DASHES, INVISIBLE, SIGNS, clean_text, members

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
_SEARCHED = dict.fromkeys(members(SIGNS), " ") | {ord("'"): None}
_NIT_LABEL = re.compile(r"\b(?:NIT?|N\.I\.T\.)[ .:#-]*(?=[0-9]{3}|[0-9]{1,2}[.,'][0-9]{3})", re.IGNORECASE)
# nearly everything is in the letters of Spanish
_SPANISH = re.compile(r"[ -_a-~ÁÉÍÓÚÜÑáéíóúüñ]*")
_SPANISH_FOLDED = str.maketrans("-áéíóúüñ", " aeiouun")


class Fold(Func):
    """`fold(expression)`: as `fold` below. Immutable, so usable in generated columns and indexes."""

    function = "fold"
    output_field = TextField()


class IsClean(Func):
    """`is_clean(expression)`: as `mipres_admin.reading.text.is_clean`. For constraints."""

    function = "is_clean"
    output_field = BooleanField()


class IsCleanLines(IsClean):
    """`is_clean_lines(expression)`: whether each line is clean, and neither the first nor the last is blank."""

    function = "is_clean_lines"


class IsEmail(IsClean):
    """`is_email(expression)`: nothing, or written as every e-mail that `mipres_admin.reading.emails` accepts."""

    function = "is_email"


class SearchText(Func):
    """`search_text(expression)`: as `search_text` below."""

    function = "search_text"
    output_field = TextField()


class SearchKey(Func):
    """`search_key(expression)`: as `search_key` below."""

    function = "search_key"
    output_field = TextField()


class CheckDigit(Func):
    """`check_digit(expression)`: as `mipres_admin.reading.identifiers.check_digit`."""

    function = "check_digit"
    output_field = CharField()


class Joined(Func):
    """Keys with a blank between them, in one column that is searched; none of them is null."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
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


def search_text(text: str) -> str:
    """Folded, with a blank for each point, comma or other sign, and without apostrophes: D'Luyz is dluyz."""
    return fold(text).translate(_SEARCHED)


def search_key(text: str) -> str:
    """Folded, and only what is no sign and no blank: S.A.S., S A S and SAS are sas; Coop-Salud is coopsalud."""
    return search_text(text).replace(" ", "")


def search_words(text: str) -> list[str]:
    """The words of a search, each as `search_text` stores it; a document or NIT without its points and check digit."""
    typed = _NIT_LABEL.sub("", clean_text(text)).split()
    # only signs: a word that nothing has
    return [word for written in typed for word in search_text(plain_word(written)).split()] or typed


def key_words(text: str) -> list[str]:
    """The words of a search, each a part of a `search_key`; single letters in a row are one word, as in S. A. S."""
    runs = groupby(search_words(text), lambda word: len(word) == 1)
    return [word for single, run in runs for word in (["".join(run)] if single else run)]


def with_words(path: str, words: Iterable[str]) -> Q:
    """The condition that the text at `path` has every word."""
    return Q(*((f"{path}__contains", word) for word in words))


def fold_key(text: str) -> str:
    """Folded, only letters and digits: `Direcci_nSede` and `direccinsede` are equal."""
    return "".join(filter(str.isalnum, fold(text)))


def masked_email(email: str) -> str:
    """An e-mail as its owner recognises it, for example m***@clinica.example."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}"
