"""What do accounts end and throw away by themselves? Whatever is over, or holds something about people for nothing."""

from importlib import import_module

from captcha.models import CaptchaStore
from django.conf import settings
from django.db.models.functions import Now

from accounts.actions.impersonation import end_expired_impersonations
from accounts.models import PasswordLink


def forget_expired() -> None:
    """Delete expired sessions, captchas, and password links."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    CaptchaStore.remove_expired()
    PasswordLink.objects.filter(expires_at__lte=Now()).delete()


def end_impersonations() -> None:
    """End the looks at the portal as a delegate that are over and that nobody has come back to end."""
    end_expired_impersonations()
