"""How is a captcha issued to one browser session, heard, and answered once? With five characters that nobody confuses.

The page knows a captcha by a token that means something only in the session that requested it; the library's own
key, from which the noise of its image follows, never leaves the server.
"""

import secrets

from captcha.conf import settings as captcha_settings
from captcha.models import CaptchaStore
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from accounts.captcha import audio
from accounts.models import CaptchaSound
from mipres_admin.database.locks import lock

ALPHABET = "ACDEFHJKLMNPRTUVWXY34679"
SESSION_KEY = "captchas"
REMEMBERED = 5


def challenge() -> tuple[str, str]:
    """The text of a new image and the answer that is stored (lower case), as django-simple-captcha expects them."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(captcha_settings.CAPTCHA_LENGTH))
    return text, text.lower()


def issue(session: SessionBase) -> str:
    """Make a captcha for this session and return its token; the session's last five can be answered."""
    CaptchaStore.remove_expired()
    token = secrets.token_urlsafe(16)
    issued = [*session.get(SESSION_KEY, {}).items(), (token, CaptchaStore.generate_key())]
    session[SESSION_KEY] = dict(issued[-REMEMBERED:])
    return token


def find(session: SessionBase, token: str) -> CaptchaStore | None:
    """The captcha of this token, if this session requested it and it is neither used nor expired."""
    key = session.get(SESSION_KEY, {}).get(token)
    return CaptchaStore.objects.filter(hashkey=key, expiration__gt=timezone.now()).first()


def sound_of(captcha: CaptchaStore) -> bytes:
    """The WAV of this captcha, the same each time and in every process of the portal; made at the first request.

    A request meanwhile waits instead of making another. Raises CaptchaStore.DoesNotExist when the captcha is used up.
    """
    made = CaptchaSound.objects.filter(captcha=captcha).values_list("wav", flat=True).first()
    if made is None:
        with transaction.atomic():
            # a captcha that is being answered must not get a sound
            lock(captcha, no_key=True)
            sound, _ = CaptchaSound.objects.get_or_create(
                captcha=captcha, defaults={"wav": lambda: audio.speak(captcha.challenge)}
            )
            made = sound.wav
    return bytes(made)


def redeem(session: SessionBase, token: str, answer: str) -> bool:
    """Whether `answer` is right. The captcha is used up by asking, right or wrong.

    Of two simultaneous answers one deletes the row, and only that one counts.
    """
    captcha = find(session, token)
    if captcha is None:
        return False
    deleted, _ = CaptchaStore.objects.filter(pk=captcha.pk).delete()
    return deleted == 1 and bool("".join(answer.split()).lower() == captcha.response)
