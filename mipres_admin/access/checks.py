"""May the portal start? Every view must declare its access and its methods, and have a name."""

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.urls import URLPattern

from mipres_admin.access.declarations import declared, own_patterns


def _errors(pattern: URLPattern) -> Iterator[checks.CheckMessage]:
    access, view = declared(pattern.callback), f"The view of {pattern.pattern} ({pattern.name})"
    if access is None:
        hint = "Declare it: public(...), signed_in(...), delegate_of(...) or staff(...) of mipres_admin.access."
        yield checks.Error(f"{view} declares no access.", hint=hint, id="mipres_admin.E001")
    elif not access.methods:
        hint = "Add methods=SAFE, FORM or POST (mipres_admin.access.declarations) to its declaration."
        yield checks.Error(f"{view} declares no methods.", hint=hint, id="mipres_admin.E003")
    if not pattern.name:
        yield checks.Error(f"The address {pattern.pattern} has no name.", id="mipres_admin.E002")


@checks.register(checks.Tags.security)
def every_view_is_declared(**kwargs: Any) -> list[checks.CheckMessage]:
    """An error for each view without access or methods (`mipres_admin.access.declarations`), or without a name."""
    return [error for pattern in own_patterns() for error in _errors(pattern)]
