"""What do accounts end and throw away by themselves? Whatever is over, or holds something about people for nothing."""

from datetime import timedelta
from importlib import import_module

from captcha.models import CaptchaStore
from django.conf import settings
from django.db.models.functions import Now

from accounts.actions.uploads import KEPT_DAYS
from accounts.actions.viewing import end_viewings_that_are_over
from accounts.models import PasswordLink, RoleUpload


def forget_expired() -> None:
    """Delete expired sessions, captchas, password links and uploaded workbooks."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    CaptchaStore.remove_expired()
    PasswordLink.objects.filter(expires_at__lte=Now()).delete()
    RoleUpload.objects.filter(made_at__lt=Now() - timedelta(days=KEPT_DAYS)).delete()


def end_viewings() -> None:
    """End the looks at the portal as a delegate that are over and that nobody has come back to end."""
    end_viewings_that_are_over()
