"""What does the Ministry see of registrations and delegates, and what does it do to them and to accounts?"""

from delegates.admin import account_actions, registrations

__all__ = ["account_actions", "registrations"]
