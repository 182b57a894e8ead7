"""Which windows and acts does the Ministry have on people, accounts, users and roles? One question in each module."""

from accounts.admin import entities, people, policy, security, users, viewings  # noqa: F401  they register themselves
from accounts.admin.accounts import AccountAdmin
from accounts.admin.finding import DocumentColumn, accounts_matching, of_accounts
from accounts.staff import admin as staff_admin  # noqa: F401  the Ministry's people and their groups

__all__ = ["AccountAdmin", "DocumentColumn", "accounts_matching", "of_accounts"]
