"""How are words compared? Without accents and without case, in Python and in PostgreSQL alike.

The SQL function `fold(text)` is made by the first migration of `entities`; generated columns store it and
trigram indexes search it.
"""

import unicodedata

from django.db.models import Func, TextField


class Fold(Func):
    """`fold(expression)`: lower case, no accents. Immutable, so usable in generated columns and indexes."""

    function = "fold"
    output_field = TextField()


FOLD_SQL = """
CREATE FUNCTION fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));
"""
FOLD_REVERSE_SQL = "DROP FUNCTION fold(text);"


def fold(text: str) -> str:
    """The same for a value in Python: lower case, no accents, single spaces."""
    letters = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def masked_email(email: str) -> str:
    """An e-mail as it is shown to whoever already knows it, for example m***@clinica.example."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}"
