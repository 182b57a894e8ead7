"""Which sign-ups, registrations of entities, representations and appointments exist? What is never false of them?"""

from delegates.models.appointments import Appointment, AuthorizedProfile, AuthorizedRole, DelegateAccount
from delegates.models.entity_registrations import (
    DAYS_TO_ANSWER,
    MAX_RUT_BYTES,
    OPEN_STATES,
    WAITING_STATES,
    EntityRegistration,
    RegistrationKind,
    RegistrationState,
    RegistrationStep,
    Representation,
    RutDocument,
)
from delegates.models.sign_ups import (
    EmailChange,
    PrivacyAcceptance,
    SignUp,
    person_of,
)

__all__ = [
    "DAYS_TO_ANSWER",
    "MAX_RUT_BYTES",
    "OPEN_STATES",
    "WAITING_STATES",
    "Appointment",
    "AuthorizedProfile",
    "AuthorizedRole",
    "DelegateAccount",
    "EmailChange",
    "EntityRegistration",
    "PrivacyAcceptance",
    "RegistrationKind",
    "RegistrationState",
    "RegistrationStep",
    "Representation",
    "RutDocument",
    "SignUp",
    "person_of",
]
