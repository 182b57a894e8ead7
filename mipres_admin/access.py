"""Who may open a view? Each view wears exactly one of these declarations; `checks.py` refuses to start otherwise."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]

# Namespaces of libraries that gate their own views: the admin (staff), the inbox of captured mail (not in production).
GATED_BY_THEIR_LIBRARY = frozenset({"admin", "mail_preview"})


@dataclass(frozen=True)
class Access:
    """One declaration: `who` opens the view, and for delegates, of which kinds of entity.

    "entering" and "enrolling" are decided by `middleware.AccessMiddleware`, which knows the request.
    """

    who: str
    kinds: tuple[str, ...] = ()

    def admits(self, user: Any) -> bool:
        """Whether this (possibly anonymous) user may open the view."""
        if self.who == "public":
            return True
        if not user.is_authenticated:
            return False
        if self.who == "enrolling":
            return True
        if self.who == "delegate":
            return user.entity is not None and user.entity.is_active and user.entity.kind in self.kinds
        if self.who == "person":
            return bool(user.is_natural_person)
        return self.who == "signed_in" or (self.who == "staff" and user.is_staff)


def _declare(view: View, access: Access) -> View:
    if hasattr(view, "access"):
        raise TypeError(f"{view} wears two access declarations.")
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anybody, without log-in."""
    return _declare(login_not_required(view), Access("public"))


def signed_in(view: View) -> View:
    """Any account that has logged in."""
    return _declare(view, Access("signed_in"))


def person(view: View) -> View:
    """Natural persons with their own account of Mi Seguridad Social, not delegates and not the Ministry."""
    return _declare(view, Access("person"))


def entering(view: View) -> View:
    """Whoever has given the right password and not yet the second factor: not logged in, and not anybody."""
    return _declare(login_not_required(view), Access("entering"))


def enrolling(view: View) -> View:
    """Any account that has logged in, and whoever enters and must add a first second factor; not who has one."""
    return _declare(login_not_required(view), Access("enrolling"))


def staff(view: View) -> View:
    """Accounts of the Ministry."""
    return _declare(view, Access("staff"))


def delegate_of(*kinds: str) -> Callable[[View], View]:
    """Delegates of entities of these kinds."""
    return lambda view: _declare(view, Access("delegate", tuple(str(kind) for kind in kinds)))


def declared(view: Any) -> Access | None:
    """The declaration that a view wears, or None."""
    return getattr(view, "access", None)


def client_address(request: HttpRequest, *, behind_proxy: bool) -> str | None:
    """The address of the client: the last one that our own proxy added, or the connection's."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if behind_proxy else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR") or None


def network_of(address: str) -> str:
    """The address as one household has it: an IPv6 client picks any address of its /64."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return address
