"""What do tokens do by themselves? They remind of their expiry."""

from datetime import timedelta

from mipres_admin.jobs.scheduling import Job
from tokens.actions import send_expiry_reminders

JOBS = (Job("remind_of_expiring_tokens", timedelta(hours=1), send_expiry_reminders),)
