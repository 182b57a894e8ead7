"""Which new passwords are refused, apart from Django's rules? The last three, and those easy to guess."""

import re
from typing import Any

from django.contrib.auth.hashers import check_password, is_password_usable
from django.core.exceptions import ValidationError
from zxcvbn import matching, scoring

from accounts.models import Account
from accounts.security.password_words import WORDS
from mipres_admin.database.text import fold

REMEMBERED_PASSWORDS = 3
MIN_DIFFERENT_CHARACTERS = 5
# zxcvbn's own measure of what withstands guesses at a stolen hash
GUESSES_NEEDED = 1e10
# its time grows with the square and more: 24 letters take 0.15 s at worst, 64 took 2.8 s
CHARACTERS_ESTIMATED = 24
SHORTEST_OWN_WORD = 3
EASY_TO_GUESS = (
    "La contraseña es fácil de adivinar: tiene palabras comunes, de MIPRES, de Colombia, fechas, secuencias o datos "
    "suyos o de su entidad. Use varias palabras que no tengan relación entre sí."
)
REFUSED = "No puede usar alguna de sus ultimas 3 contraseñas"


class NotALastPassword:
    """Refuse the account's last three passwords, the present one included (manual v4.1 §11.8)."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raise ValidationError, in the manual's words, when the password is one of the last three."""
        if user is None or user.pk is None:
            return
        # The present hash beside the records: it differs from its record once a log-in has upgraded it.
        records = user.password_records.values_list("encoded", flat=True)[:REMEMBERED_PASSWORDS]
        hashes = {encoded for encoded in (user.password, *records) if is_password_usable(encoded)}
        if any(check_password(password, encoded) for encoded in hashes):
            raise ValidationError(REFUSED, code="last_password")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Remember the hash just saved and forget those before the last three.

        Django calls this from Account.save() after every set_password(): the portal's page, create_user, the admin
        and the changepassword command alike. An upgraded hash is the same password, so it is not remembered again.
        """
        if not isinstance(user, Account):
            return
        user.password_records.create(encoded=user.password)
        last = user.password_records.values("pk")[:REMEMBERED_PASSWORDS]
        user.password_records.exclude(pk__in=last).delete()

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return f"{REFUSED}."


class NotAllTheSame:
    """Refuse a password of very few different characters, such as aaaaaaaaaaaa (NIST SP 800-63B, repetitive)."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raise ValidationError when fewer than five different characters were used."""
        if len(set(password)) < MIN_DIFFERENT_CHARACTERS:
            raise ValidationError(
                f"La contraseña debe tener al menos {MIN_DIFFERENT_CHARACTERS} caracteres distintos.", code="repetitive"
            )

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return f"Use al menos {MIN_DIFFERENT_CHARACTERS} caracteres distintos."


def _own_words(account: Account | None) -> set[str]:
    """The words and numbers of the person, their document, login and e-mail, and of their entity."""
    if account is None:
        return set()
    person, entity = account.person, account.entity
    texts = [account.login, *re.findall("[A-Z]+|[0-9]+", account.login), account.email]
    if person is not None:
        texts += [str(person), person.email, person.document_number, f"{person.document_type}{person.document_number}"]
    if entity is not None:
        texts += [entity.name, entity.nit]
    words = {word for text in texts for word in (fold(text), *re.split(r"[\W_]+", fold(text)))}
    return {word for word in words if len(word) >= SHORTEST_OWN_WORD}


class NotEasyToGuess:
    """Refuse what a guesser would try soon (NIST SP 800-63B §5.1.1.2; OWASP ASVS 6.2.4, 6.2.11).

    zxcvbn estimates the number of guesses: lists of known passwords, words, names, dates, sequences and keyboards,
    with the words of `password_words` and the person's own. Its function `zxcvbn()` keeps such words in a dictionary
    that all threads share, so its two steps are called with one of our own.
    """

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raise ValidationError when fewer than `GUESSES_NEEDED` guesses find the password."""
        text = re.sub(r"[\s._-]+", "", fold(password)) or password
        repeated = re.fullmatch(r"(.+?)\1+", text, re.DOTALL)
        text = (repeated[1] if repeated else text)[:CHARACTERS_ESTIMATED]
        words = matching.build_ranked_dict([*sorted(_own_words(user)), *WORDS])
        matches = matching.omnimatch(text, {**matching.RANKED_DICTIONARIES, "portal": words})
        if scoring.most_guessable_match_sequence(text, matches)["guesses"] < GUESSES_NEEDED:
            raise ValidationError(EASY_TO_GUESS, code="easy_to_guess")

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return "Use varias palabras que no tengan relación entre sí ni con usted."
