"""May the portal start? Every view must declare its access and its methods."""

from typing import Any

from django.core import checks

from mipres_admin.access.declarations import declared, own_patterns


@checks.register(checks.Tags.security)
def every_view_declares_its_access(**kwargs: Any) -> list[checks.CheckMessage]:
    """An error for each view without declaration (see `mipres_admin.access.declarations`)."""
    return [
        checks.Error(
            f"The view of {pattern.pattern} ({pattern.name}) declares no access.",
            hint="Declare it: public(...), signed_in(...), delegate_of(...) or staff(...) of mipres_admin.access.",
            id="mipres_admin.E001",
        )
        for pattern in own_patterns()
        if declared(pattern.callback) is None
    ]


@checks.register(checks.Tags.security)
def every_view_declares_its_methods(**kwargs: Any) -> list[checks.CheckMessage]:
    """An error for each view whose declaration names no methods."""
    return [
        checks.Error(
            f"The view of {pattern.pattern} ({pattern.name}) declares no methods.",
            hint="Add methods=SAFE, FORM or POST (mipres_admin.access.declarations) to its declaration.",
            id="mipres_admin.E003",
        )
        for pattern in own_patterns()
        if (access := declared(pattern.callback)) is not None and not access.methods
    ]


@checks.register(checks.Tags.urls)
def every_address_has_a_name(**kwargs: Any) -> list[checks.CheckMessage]:
    """An error for each address without a name, which templates and tests could not use."""
    return [
        checks.Error(f"The address {pattern.pattern} has no name.", id="mipres_admin.E002")
        for pattern in own_patterns()
        if not pattern.name
    ]
