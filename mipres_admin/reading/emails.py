"""Is an e-mail one to which the portal can write?

Mail leaves by SMTP without SMTPUTF8 (RFC 6531): what is before the @ is ASCII. A domain may be one of IDNA (RFC 3490).
"""

import re

from mipres_admin.reading.text import is_clean

LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
LONGEST, LONGEST_LOCAL, LONGEST_DOMAIN = 254, 64, 253


def email_mistake(text: str) -> str:
    """What is wrong with an e-mail, in Spanish after "El correo electrónico"; "" when mail can be sent to it."""
    local, _, domain = text.rpartition("@")
    if not (local and domain):
        return "debe tener usuario, arroba y dominio"
    if text.split() != [text]:
        return "no debe tener espacios"
    if not is_clean(text) or not text.isprintable():
        return "tiene marcas que no se ven o signos raros: bórrelo y escríbalo de nuevo, sin pegarlo"
    if len(text) > LONGEST or len(local) > LONGEST_LOCAL:
        return f"debe tener máximo {LONGEST_LOCAL} letras antes de la arroba y {LONGEST} en total"
    if not LOCAL.fullmatch(local):
        return "debe tener antes de la arroba letras sin tildes, números y puntos sueltos"
    return "" if _is_domain(domain) else "debe tener después de la arroba un dominio que exista"


def _is_domain(domain: str) -> bool:
    try:
        ascii_domain = domain.encode("idna")
        written = (ascii_domain.decode().lower(), ascii_domain.decode("idna").lower())
    except UnicodeError:
        return False
    labels = written[0].split(".")
    return (
        # ｘ.co and x。co would be second ways of writing x.co
        domain.lower() in written
        and len(ascii_domain) <= LONGEST_DOMAIN
        and len(labels) > 1
        and all(map(LABEL.fullmatch, labels))
        and not labels[-1].isdigit()
    )
