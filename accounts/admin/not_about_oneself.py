"""Which buttons has nobody of the Ministry on what is about themself?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.models import Account
from accounts.rules.oneself import own_refusal
from mipres_admin.backoffice.admin_base import ObjectAction
from mipres_admin.refusals import Refusal


@dataclass(frozen=True)
class NotAboutOneself(ObjectAction):
    """An action that `own(by, obj)` refuses on what is one's own: there is no button, and its page says why."""

    own: Callable[[Account, Any], Refusal | None] = own_refusal

    def is_allowed(self, request: Any, obj: Any) -> bool:
        return super().is_allowed(request, obj) and self.own(request.user, obj) is None

    def refusal_for(self, request: HttpRequest, obj: Any) -> Refusal | None:
        return super().refusal_for(request, obj) or self.own(request.user, obj)  # type: ignore[arg-type]
