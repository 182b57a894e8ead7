"""Which people, accounts, registrations and role assignments exist, and what can never be false of them?"""

from accounts.models.accounts import (
    Account,
    AccountManager,
    StaffAccount,
    StaffAccountManager,
    Suspension,
    SuspensionQuerySet,
    may_enter_at,
)
from accounts.models.papers import CERTIFICATE_CODE, Certificate, CertificateQuerySet
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
from accounts.models.registries import (
    DeceasedEntry,
    Profession,
    RethusEntry,
    RethusEntryQuerySet,
    SsoPost,
    SsoPostQuerySet,
)
from accounts.models.users import (
    RegisteredUser,
    RoleAssignment,
    RoleAssignmentQuerySet,
    RoleEnding,
    RoleEndingQuerySet,
    RoleUpload,
    independents_among,
)
from accounts.security import models as security_models  # Django finds models here
from accounts.viewing import models as viewing_models  # and here

__all__ = [
    "CERTIFICATE_CODE",
    "DOCUMENT_NUMBER",
    "Account",
    "AccountManager",
    "Certificate",
    "CertificateQuerySet",
    "DeceasedEntry",
    "DocumentType",
    "PasswordLink",
    "PasswordLinkQuerySet",
    "PasswordRecord",
    "Person",
    "PersonQuerySet",
    "Profession",
    "RegisteredUser",
    "RethusEntry",
    "RethusEntryQuerySet",
    "RoleAssignment",
    "RoleAssignmentQuerySet",
    "RoleEnding",
    "RoleEndingQuerySet",
    "RoleUpload",
    "Sex",
    "SsoPost",
    "SsoPostQuerySet",
    "StaffAccount",
    "StaffAccountManager",
    "Suspension",
    "SuspensionQuerySet",
    "document_check",
    "independents_among",
    "may_enter_at",
    "of_document",
    "security_models",
    "viewing_models",
]
