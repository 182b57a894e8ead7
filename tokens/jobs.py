"""Which periodic jobs do tokens have? Delegates are reminded before a token expires."""

from datetime import timedelta

from mipres_admin.jobs.scheduling import Job
from tokens.actions import send_expiry_reminders

JOBS = (Job("Avisar de tokens que vencen", timedelta(hours=1), send_expiry_reminders),)
