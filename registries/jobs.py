"""Which periodic jobs do registries have? Expired files of loads are deleted."""

from datetime import timedelta

from mipres_admin.jobs.scheduling import Job
from registries import retention

JOBS = (Job("Borrar archivos de registros", timedelta(hours=1), retention.delete_expired),)
