"""Which people, accounts, sessions and second factors exist, and what can never be false of them?"""

from accounts.models.accounts import Account, LoginObstacle, StaffAccount, Suspension, accounts_of_oneself, can_log_in_q
from accounts.models.captcha_sounds import CaptchaSound
from accounts.models.civil_registry import CivilRegistryEntry
from accounts.models.deceased import DeceasedEntry
from accounts.models.identity_claims import ClaimState, IdentityClaim, IdentityCopy
from accounts.models.impersonation import Impersonation
from accounts.models.passwords import PasswordLink, PasswordRecord
from accounts.models.people import (
    DOCUMENT_NUMBER,
    DocumentFields,
    DocumentType,
    IdentityFields,
    Person,
    Sex,
    Verification,
    document_check,
    document_q,
)
from accounts.models.second_factors import AuthenticatorApp, Passkey, RecoveryCode, SecondFactorPolicy
from accounts.models.sessions import AccountSession, KnownDevice

__all__ = [
    "DOCUMENT_NUMBER",
    "Account",
    "AccountSession",
    "AuthenticatorApp",
    "CaptchaSound",
    "CivilRegistryEntry",
    "ClaimState",
    "DeceasedEntry",
    "DocumentFields",
    "DocumentType",
    "IdentityClaim",
    "IdentityCopy",
    "IdentityFields",
    "Impersonation",
    "KnownDevice",
    "LoginObstacle",
    "Passkey",
    "PasswordLink",
    "PasswordRecord",
    "Person",
    "RecoveryCode",
    "SecondFactorPolicy",
    "Sex",
    "StaffAccount",
    "Suspension",
    "Verification",
    "accounts_of_oneself",
    "can_log_in_q",
    "document_check",
    "document_q",
]
