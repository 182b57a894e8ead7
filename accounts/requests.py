"""The types of requests in views: what the middlewares have set once access is granted."""

from accounts.models import Account, AccountSession, Impersonation
from accounts.security.sessions import PendingLogin
from entities.models import Entity
from mipres_admin.access.declarations import PortalRequest


class AccountRequest[Tenant](PortalRequest[Account, Tenant]):
    """A request with its account, in the views of `signed_in`, `mfa_enrolment`, `staff`, `delegate_of` and `person`."""

    account_session: AccountSession
    pending_login: PendingLogin | None
    impersonation: Impersonation | None


type AnyRequest = AccountRequest[Entity | None]
type DelegateRequest = AccountRequest[Entity]
type PersonRequest = AccountRequest[None]


class PendingLoginRequest(PortalRequest[Account, Entity | None]):
    """A request between password and second factor, in the views of `pending_login`."""

    pending_login: PendingLogin
