"""Which characters do Python and PostgreSQL both know, and which do their functions of one name read differently?"""

import unicodedata
from collections.abc import Callable

from django.db import connection
from hypothesis import strategies as st

# a code that one of the two does not know yet (Cn) is no difference between the functions
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"), max_size=60)


def read_differently(function: Callable[[str], str]) -> list[int]:
    """The codes of all known characters for which the SQL function of the same name gives something else."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT code, {function.__name__}('a' || chr(code) || 'b') FROM generate_series(1, 1114111) AS code "
            "WHERE code NOT BETWEEN 55296 AND 57343 AND unicode_assigned(chr(code))"
        )
        different = [code for code, text in cursor.fetchall() if text != function(f"a{chr(code)}b")]
    return [code for code in different if unicodedata.category(chr(code)) != "Cn"]
