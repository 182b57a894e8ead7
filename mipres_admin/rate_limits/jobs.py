"""Which periodic jobs do rate limits have? Expired counters are deleted."""

from datetime import timedelta

from mipres_admin.jobs.scheduling import Job
from mipres_admin.rate_limits import limiter

JOBS = (Job("Borrar conteos de límites vencidos", timedelta(hours=1), limiter.sweep),)
