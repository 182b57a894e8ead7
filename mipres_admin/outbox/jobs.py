"""What does the outbox do by itself? Settled mail is deleted."""

from datetime import timedelta

from mipres_admin.jobs.scheduling import Job
from mipres_admin.outbox import delivery

JOBS = (Job("forget_settled_mail", timedelta(hours=1), delivery.forget_settled),)
