"""Which new passwords are refused, apart from Django's rules? The last three, and those of few characters."""

from typing import Any

from django.contrib.auth.hashers import check_password, is_password_usable
from django.core.exceptions import ValidationError

from accounts.models import Account

REMEMBERED_PASSWORDS = 3
MIN_DIFFERENT_CHARACTERS = 5
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
