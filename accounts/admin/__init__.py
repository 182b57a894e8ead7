"""What does the Ministry see of people, accounts, users and roles, and what does it do to them?"""

from accounts.admin import entities, people, policy, security, users, viewings  # noqa: F401  they register themselves
from accounts.admin.accounts import AccountAdmin
from accounts.admin.finding import DocumentColumn, OfAccountAdmin
from accounts.staff import admin as staff_admin  # noqa: F401  the Ministry's people and their groups

__all__ = ["AccountAdmin", "DocumentColumn", "OfAccountAdmin"]
