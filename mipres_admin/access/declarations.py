"""Who may open a view, by which methods? Each view has exactly one declaration, or `checks.py` refuses to start."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypedDict, Unpack

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_http_methods

from mipres_admin.access.bodies import ORDINARY_BODY, Upload

View = Callable[..., HttpResponseBase]


class Declaration(Protocol):
    """The decorator that a declaration is: the view stays what it was."""

    def __call__[V: View](self, view: V, /) -> V: ...


# Namespaces whose libraries check access themselves: the admin (staff), the inbox of captured mail (not in production).
GATED_BY_THEIR_LIBRARY = frozenset({"admin", "mail_preview"})

# The methods that a view answers. ANY is for views that check the method themselves.
SAFE = ("GET", "HEAD")
FORM = ("GET", "HEAD", "POST")
POST = ("POST",)
ANY = ("*",)


class PortalRequest[Account, Entity](HttpRequest):
    """A request once access is granted: the account that opens the view, and the entity for which it acts.

    Each layer names the types: `entity` is an entity in the views of delegates, and None in those of a person.
    """

    account: Account
    entity: Entity


class Viewable(Enum):
    """What happens to a view while the Ministry impersonates a delegate."""

    NO = "it is refused"
    YES = "it is shown, read-only"
    DOWNLOAD = "it is refused, as files are not taken away"
    OWN = "it stays the staff member's own"


@dataclass(frozen=True)
class MenuEntry:
    """The manual's name of a view in the menu, one line that says what it is for, its icon and its place."""

    label: str
    hint: str
    icon: str
    order: int
    # shown only to natural persons, though anybody may open the page
    only_persons: bool = False


class Options(TypedDict, total=False):
    """The methods of a view, its menu entry, whether it can be seen while impersonating, the permission that `staff`
    needs, and whether `signed_in` also admits who has not verified their identity.

    What is sent may be as large as an ordinary form, with a file (`upload`) beside it. A view that answers with JSON
    checks it by itself (`checks_body=True`, `bodies.body_problem`).

    A form that was sent after the session had ended is saved with the session, to be sent again, only where the view
    names its fields (`resumable=fields_of(…)`), and those alone: never where a password, a code or a token is typed.
    """

    methods: tuple[str, ...]
    menu: MenuEntry
    viewable: Viewable
    unverified: bool
    permission: str
    upload: Upload
    checks_body: bool
    resumable: frozenset[str]


@dataclass(frozen=True)
class Access:
    """One declaration: `who` opens the view, and for delegates, of which kinds of entity.

    "pending_login" and "mfa_enrolment" are decided by `middleware.AccessMiddleware`, which knows the request.
    """

    who: str
    kinds: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    menu: MenuEntry | None = None
    viewable: Viewable = Viewable.NO
    unverified: bool = False
    permission: str = ""
    upload: Upload | None = None
    checks_body: bool = False
    resumable: frozenset[str] | None = None

    @property
    def largest_body(self) -> int:
        """How many bytes a request may send to the view."""
        return ORDINARY_BODY + (self.upload.largest if self.upload else 0)

    def admits(self, user: Any) -> bool:
        """Whether this (possibly anonymous) user may open the view."""
        if self.who == "public":
            return True
        if not user.is_authenticated:
            return False
        if user.is_unverified:
            return self.who in ("unverified", "own_account") or self.unverified
        if self.who == "delegate":
            return self._admits_delegate(user)
        if self.who == "staff":
            return self._admits_staff(user)
        if self.who in ("person", "own_account"):
            return bool(user.is_natural_person)
        return self.who in ("signed_in", "mfa_enrolment")

    def _admits_delegate(self, user: Any) -> bool:
        return user.entity is not None and user.entity.is_active and user.entity.kind in self.kinds

    def _admits_staff(self, user: Any) -> bool:
        return user.is_staff and (not self.permission or user.has_perm(self.permission))


def _declaration(access: Access) -> Declaration:
    def declare[V: View](view: V, /) -> V:
        if hasattr(view, "access"):
            raise TypeError(f"{view} has two access declarations.")
        if access.methods and access.methods != ANY:
            view = require_http_methods(list(access.methods))(view)
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare


def _without_log_in(access: Access) -> Declaration:
    declare = _declaration(access)
    return lambda view: declare(login_not_required(view))


def public(**options: Unpack[Options]) -> Declaration:
    """Anybody, without log-in."""
    return _without_log_in(Access("public", **options))


def signed_in(**options: Unpack[Options]) -> Declaration:
    """Any account that has logged in and whose holder is verified; with `unverified=True`, any at all."""
    return _declaration(Access("signed_in", **options))


def unverified(**options: Unpack[Options]) -> Declaration:
    """Accounts of Mi Seguridad Social whose holder's identity nobody has verified."""
    return _declaration(Access("unverified", **options))


def own_account(**options: Unpack[Options]) -> Declaration:
    """Accounts of Mi Seguridad Social, whether or not their holder's identity is verified."""
    return _declaration(Access("own_account", **options))


def person(**options: Unpack[Options]) -> Declaration:
    """Natural persons with their own account of Mi Seguridad Social, not delegates and not the Ministry."""
    return _declaration(Access("person", **options))


def pending_login(**options: Unpack[Options]) -> Declaration:
    """Accounts whose password was right and whose second factor is missing: nobody is logged in yet."""
    return _without_log_in(Access("pending_login", **options))


def mfa_enrolment(**options: Unpack[Options]) -> Declaration:
    """Any account that has logged in, and one that must add its first second factor to do so."""
    return _without_log_in(Access("mfa_enrolment", **options))


def staff(**options: Unpack[Options]) -> Declaration:
    """Accounts of the Ministry."""
    return _declaration(Access("staff", **options))


def delegate_of(*kinds: str, **options: Unpack[Options]) -> Declaration:
    """Delegates of entities of these kinds."""
    return _declaration(Access("delegate", tuple(str(kind) for kind in kinds), **options))


def declared(view: Any) -> Access | None:
    """The declaration of a view, or None."""
    return getattr(view, "access", None)


def own_patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every URL pattern of the portal, without those whose libraries check access themselves."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.namespace not in GATED_BY_THEIR_LIBRARY:
            yield from own_patterns(pattern)
