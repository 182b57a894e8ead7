"""Which people, accounts, sessions and second factors exist, and what can never be false of them?"""

from accounts.models.accounts import (
    Account,
    AccountManager,
    StaffAccount,
    StaffAccountManager,
    Suspension,
    SuspensionQuerySet,
    may_enter_at,
)
from accounts.models.deceased import DeceasedEntry
from accounts.models.impersonation import LONGEST, Impersonation, ImpersonationQuerySet
from accounts.models.passwords import PasswordLink, PasswordLinkQuerySet, PasswordRecord
from accounts.models.people import (
    DOCUMENT_NUMBER,
    DocumentType,
    Person,
    PersonQuerySet,
    Sex,
    document_check,
    of_document,
)
from accounts.models.second_factors import (
    AuthenticatorApp,
    Factor,
    HeldQuerySet,
    Passkey,
    RecoveryCode,
    RecoveryCodeQuerySet,
    SecondFactorPolicy,
    same_holder,
)
from accounts.models.sessions import AccountSession, AccountSessionQuerySet, Proof

__all__ = [
    "DOCUMENT_NUMBER",
    "LONGEST",
    "Account",
    "AccountManager",
    "AccountSession",
    "AccountSessionQuerySet",
    "AuthenticatorApp",
    "DeceasedEntry",
    "DocumentType",
    "Factor",
    "HeldQuerySet",
    "Impersonation",
    "ImpersonationQuerySet",
    "Passkey",
    "PasswordLink",
    "PasswordLinkQuerySet",
    "PasswordRecord",
    "Person",
    "PersonQuerySet",
    "Proof",
    "RecoveryCode",
    "RecoveryCodeQuerySet",
    "SecondFactorPolicy",
    "Sex",
    "StaffAccount",
    "StaffAccountManager",
    "Suspension",
    "SuspensionQuerySet",
    "document_check",
    "may_enter_at",
    "of_document",
    "same_holder",
]
