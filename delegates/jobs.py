"""Which rows are deleted periodically? Expired sign-ups and e-mail changes, which are personal data."""

from datetime import timedelta

from django.db.models.functions import Now

from delegates.models import EmailChange, SignUp
from mipres_admin.jobs.scheduling import Job


def forget_expired() -> None:
    """Delete expired sign-ups, used or not, and expired e-mail changes."""
    SignUp.objects.filter(expires_at__lte=Now()).delete()
    EmailChange.objects.filter(expires_at__lte=Now()).delete()


JOBS = (Job("Borrar solicitudes y enlaces vencidos", timedelta(hours=1), forget_expired),)
