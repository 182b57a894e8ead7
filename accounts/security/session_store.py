"""How long is a session kept in which nobody is logged in? An hour: what it holds lasts half an hour at most.

Each page with a captcha opens one for a request without cookie, so they must not stay as long as those of people.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

ANONYMOUS = timedelta(hours=1)


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with an earlier end for those of nobody."""

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """When the row may be deleted."""
        if SESSION_KEY not in self:
            kwargs.setdefault("expiry", int(ANONYMOUS.total_seconds()))
        return super().get_expiry_date(**kwargs)
