"""Which periodic jobs does the outbox have? Mail that was sent or given up is deleted."""

from datetime import timedelta

from mipres_admin.jobs.scheduling import Job
from mipres_admin.outbox import delivery

JOBS = (Job("Borrar correos enviados y abandonados", timedelta(hours=1), delivery.delete_settled),)
