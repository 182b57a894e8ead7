"""Which document, NIT or code did somebody write? The one that is certain, or why there is none.

People paste `1.000.000.001`, `1'000.000.001`, `CC 1000000001` and `900.123.456-8`; spreadsheets export `1000000001.0`
and `1E+9`. What could be two numbers is refused: a document is never changed into another one.
"""

import re

from stdnum.co import nit as co_nit

from mipres_admin.reading.text import clean_text

OF_DIGITS = ("CC", "CE", "PE", "PT", "NI")
"""The types whose numbers begin with a digit: letters before them say a type. A passport may begin with PA."""
DOCUMENT = re.compile(r"[A-Z0-9]{3,20}")
NIT = re.compile(r"[0-9]{6,10}")
# as nearly all are in a registry: nothing else to look at
_DIGITS, _NINE_DIGITS = re.compile(r"[0-9]{3,20}"), re.compile(r"[0-9]{6,9}")
# C.C. No. 1025…; a NIT may be written so too
_TYPE = re.compile(r"(CC|CE|PA|CD|SC|PE|PT|PR|NIT?)([ .:#-]*(?:N[.O°º]{1,2} ?)?)(?=[0-9])")
_DOTTED = re.compile(r"\b(C\.C|C\.E|P\.A|P\.E|P\.T|N\.I\.T)\b")
# groups of three between points, blanks and apostrophes, or commas; one group after four digits may be a fraction
_THOUSANDS = re.compile(
    r"[0-9]{1,3}(?:[.' ][0-9]{3})+[A-Z]?|[0-9]{1,3}(?:[,' ][0-9]{3})+[A-Z]?|[0-9]{4}(?:[. ][0-9]{3}){2,}"
)
_LETTERS_AND_DIGITS = re.compile(r"[A-Z]+[ -]?[0-9]+[A-Z]?")
_WITH_DIGIT = re.compile(r"([^-]*[0-9]) ?- ?([0-9])")
_FRACTION = re.compile(r"[0-9.,' ]+[.,][0-9]+")
_SCIENTIFIC = re.compile(r"[0-9][0-9.,]*E[+-]?[0-9]+")
NOT_A_NIT = "debe tener de 6 a 10 dígitos, por ejemplo 900123456"
AS_TEXT = "si viene de una hoja de cálculo, dé a la columna formato de texto y vuelva a exportar"


class NotRead(ValueError):
    """The text is no certain document, NIT or code; the message says why, in Spanish, after «el documento …»."""


def check_digit(nit: str) -> str:
    """The check digit of a NIT (modulus 11), or "" for what is no NIT."""
    return str(co_nit.calc_check_digit(nit)) if NIT.fullmatch(nit) else ""


def _capitals(text: str) -> str:
    # upper() would turn some letters of other alphabets into Latin ones: those are refused
    text = clean_text(text).replace("º", "°")
    return text.upper() if text.replace("°", "").isascii() else text


def _without_type(text: str, kind: str) -> str:
    """What follows a type that is written before the number. Raises NotRead for another type, or an uncertain one."""
    text = _DOTTED.sub(lambda found: found[1].replace(".", ""), text)
    found = _TYPE.match(text)
    if found is None:
        return text
    is_own = found[1].removesuffix("T") == "NI" if kind == "NI" else found[1] == kind
    if kind in OF_DIGITS and is_own:
        return text[found.end() :]
    if found[2] or kind in OF_DIGITS:
        raise NotRead(f"debe tener solo el número de un documento de tipo {kind}, sin «{found[1]}»")
    return text


def _one_number(text: str, kind: str) -> str:
    """The letters and digits of one number. Raises NotRead when the signs between them may mean something else."""
    if _SCIENTIFIC.fullmatch(text) and ("+" in text or kind in OF_DIGITS):
        raise NotRead(f"se abrevió como número ({text}); {AS_TEXT}")
    if DOCUMENT.fullmatch(text):
        return text
    if _THOUSANDS.fullmatch(text) or (_LETTERS_AND_DIGITS.fullmatch(text) and kind not in OF_DIGITS):
        return re.sub("[-., ']", "", text)
    if _FRACTION.fullmatch(text):
        raise NotRead(f"parece un número con decimales; {AS_TEXT}")
    raise NotRead(NOT_A_NIT if kind == "NI" else "debe tener de 3 a 20 letras o dígitos, por ejemplo 1025000111")


def read_document(text: str, kind: str = "") -> str:
    """The number of a person's document of this type ("" when it is not known): 3 to 20 letters or digits.

    A cédula may have its check digit of the RUT, after a dash. Raises NotRead.
    """
    if _DIGITS.fullmatch(text):
        return text
    number = _without_type(_capitals(text), kind)
    with_digit = _WITH_DIGIT.fullmatch(number) if kind == "CC" else None
    if with_digit is None:
        return _one_number(number, kind)
    document = _one_number(with_digit[1], kind)
    if check_digit(document) != with_digit[2]:
        raise NotRead(f"debe tener solo el número: «-{with_digit[2]}» no es su dígito de verificación")
    return document


def read_nit(text: str) -> str:
    """A NIT of 6 to 10 digits, without the check digit that may follow it after a dash. Raises NotRead.

    A number of the 8… and 9… series has nine digits: a tenth that checks may be the check digit, and is refused.
    Source: article 555-1 of the Estatuto Tributario; the modulus 11 of `stdnum.co.nit`.
    """
    if _NINE_DIGITS.fullmatch(text):
        return text
    number = _without_type(_capitals(text), "NI")
    with_digit = _WITH_DIGIT.fullmatch(number)
    nit = _one_number(with_digit[1] if with_digit else number, "NI")
    if not NIT.fullmatch(nit):
        raise NotRead(NOT_A_NIT)
    if with_digit and check_digit(nit) != with_digit[2]:
        raise NotRead(f"debe escribirse sin dígito de verificación: «{with_digit[2]}» no es el de {nit}")
    if not with_digit and len(nit) == 10 and nit[0] in "89" and check_digit(nit[:9]) == nit[9]:
        raise NotRead(f"trae dígito de verificación; debe ser {nit[:9]}")
    return nit


def read_code(text: str) -> str:
    """A code, such as a código de habilitación: capitals and digits, blanks between them dropped. Raises NotRead."""
    code = _capitals(text).replace(" ", "")
    if _SCIENTIFIC.fullmatch(code):
        raise NotRead(f"se abrevió como número; {AS_TEXT}")
    if not re.fullmatch("[A-Z0-9]*", code):
        raise NotRead(f"debe tener solo letras y dígitos; {AS_TEXT}")
    return code


def plain_word(word: str) -> str:
    """A word of a search as the portal stores it: a NIT or document loses its points, and a NIT any check digit."""
    found = re.fullmatch("([0-9][0-9.,']*)(-[0-9])?", word)
    if found is None:
        return word
    for read in (read_nit,) if found[2] else (read_nit, read_document):
        try:
            return read(found[1])
        except NotRead:
            continue
    return word
