"""How are words compared? Without accents and without case, in Python and in PostgreSQL alike.

The SQL function `fold(text)` (`fold.sql`) is created by the first migration of `mipres_admin`; generated columns
store its result, and trigram indexes search it.
"""

import unicodedata

from django.db.models import Func, TextField

# accents go; Python alone would lower the last Σ of a word in another way
_FOLDED = dict.fromkeys(range(0x300, 0x370)) | {ord("Σ"): "σ"}


class Fold(Func):
    """`fold(expression)`: lower case, no accents. Immutable, so usable in generated columns and indexes."""

    function = "fold"
    output_field = TextField()


def fold(text: str) -> str:
    """The same for a value in Python."""
    return unicodedata.normalize("NFKD", text).translate(_FOLDED).lower()


def fold_words(text: str) -> str:
    """Folded, with single spaces between the words."""
    return " ".join(fold(text).split())


def fold_key(text: str) -> str:
    """Folded, only letters and digits: `Direcci_nSede` and `direccinsede` are equal."""
    return "".join(filter(str.isalnum, fold(text)))


def masked_email(email: str) -> str:
    """An e-mail as its owner recognises it, for example m***@clinica.example."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}"
