"""Which periodic jobs do registries have? Expired files of loads are deleted."""

from datetime import timedelta

from mipres_admin.jobs.scheduling import Job
from registries import retention

JOBS = (Job("delete_expired_registry_files", timedelta(hours=1), retention.delete_expired),)
