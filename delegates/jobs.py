"""What does this app throw away by itself? Links that nobody can use any more: they hold personal data."""

from datetime import timedelta

from django.db.models.functions import Now

from delegates.models import EmailChange, SignUp
from mipres_admin.jobs.scheduling import Job


def forget_expired() -> None:
    """Delete expired requests for accounts, used or not, and expired changes of e-mail."""
    SignUp.objects.filter(expires_at__lte=Now()).delete()
    EmailChange.objects.filter(expires_at__lte=Now()).delete()


JOBS = (Job("forget_expired_links", timedelta(hours=1), forget_expired),)
