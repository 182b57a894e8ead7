"""What does the Ministry see of people and accounts, and what does it do to them?"""

from accounts.admin import accounts, entities, impersonations, people, second_factors, sessions, staff

__all__ = ["accounts", "entities", "impersonations", "people", "second_factors", "sessions", "staff"]
