"""Which data does the app delete after some days? Uploaded workbooks, which hold personal data."""

from datetime import timedelta

from django.db.models.functions import Now

from mipres_admin.jobs.scheduling import Job
from roles.actions.uploads import KEPT_DAYS
from roles.models import RoleUpload


def forget_uploads() -> None:
    """Delete uploaded workbooks some days after they were made."""
    RoleUpload.objects.filter(made_at__lt=Now() - timedelta(days=KEPT_DAYS)).delete()


JOBS = (Job("Borrar archivos de usuarios y roles", timedelta(hours=1), forget_uploads),)
