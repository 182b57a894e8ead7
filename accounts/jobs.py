"""Which periodic jobs do accounts have? Expired rows are deleted, expired impersonations ended."""

from datetime import timedelta
from importlib import import_module

from captcha.models import CaptchaStore
from django.conf import settings
from django.db.models.functions import Now

from accounts.actions.identity_claims import forget_old_claims
from accounts.actions.impersonation import end_expired_impersonations
from accounts.models import PasswordLink
from accounts.security import devices
from mipres_admin.jobs.scheduling import Job


def forget_expired() -> None:
    """Delete expired sessions, captchas, password links and known devices."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    CaptchaStore.remove_expired()
    PasswordLink.objects.filter(expires_at__lte=Now()).delete()
    devices.forget_old()


JOBS = (
    Job("Borrar sesiones y datos de ingreso vencidos", timedelta(hours=1), forget_expired),
    Job("Borrar solicitudes de identidad antiguas", timedelta(hours=1), forget_old_claims),
    Job("Terminar vistas como delegado", timedelta(minutes=5), end_expired_impersonations),
)
