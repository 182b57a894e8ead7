"""What does the Ministry see of people and accounts, and what does it do to them?"""

from accounts.admin import (
    accounts,
    entity_actions,
    identity_claims,
    impersonations,
    people,
    second_factors,
    sessions,
    staff,
)

__all__ = [
    "accounts",
    "entity_actions",
    "identity_claims",
    "impersonations",
    "people",
    "second_factors",
    "sessions",
    "staff",
]
