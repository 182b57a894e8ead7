"""What does the Ministry see of people and accounts, and what does it do to them?"""

from accounts.admin import (  # noqa: F401  they register themselves
    entities,
    impersonations,
    people,
    second_factor_policy,
    security,
    staff,
)
from accounts.admin.accounts import AccountAdmin
from accounts.admin.search import DocumentColumn, OfAccountAdmin

__all__ = ["AccountAdmin", "DocumentColumn", "OfAccountAdmin"]
