"""Which staff groups does the Ministry have, and how do they get the permissions that each app declares?

Nobody edits groups by hand: `sync_groups` writes them after every `migrate`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, models, transaction


class StaffGroup(models.TextChoices):
    """The five groups; the value is the name in the table of groups."""

    SOPORTE = "soporte", "Soporte"
    REVISOR = "revisor", "Revisor"
    CARGADOR = "cargador", "Cargador"
    AUDITOR = "auditor", "Auditor"
    SUPERUSUARIO = "superusuario", "Superusuario"


@dataclass(frozen=True)
class Grant:
    """One permission and the groups that have it."""

    model: str  # "app.model"
    codename: str
    name: str  # in words: "Puede …"
    groups: frozenset[StaffGroup]

    @property
    def key(self) -> tuple[str, str, str]:
        """App, model and codename."""
        app_label, _, model = self.model.partition(".")
        return app_label, model, self.codename


def may_view(app_label: str, models: str, *groups: StaffGroup) -> Iterator[Grant]:
    """These groups see these models (their names, with spaces between) in the admin; auditors and superusers always."""
    viewers = frozenset((*groups, StaffGroup.AUDITOR, StaffGroup.SUPERUSUARIO))
    for name in models.split():
        yield Grant(f"{app_label}.{name}", f"view_{name}", f"Puede ver {name}", viewers)


def may_do(model: str, codename: str, name: str, *groups: StaffGroup) -> Grant:
    """These groups do it; superusers always."""
    return Grant(model, codename, name, frozenset((*groups, StaffGroup.SUPERUSUARIO)))


_grants: dict[tuple[str, str, str], Grant] = {}


def register(*grants: Grant) -> None:
    """Declare permissions. Raises ValueError for a permission that is declared already."""
    for grant in grants:
        if grant.key in _grants:
            raise ValueError(f"The permission {'.'.join(grant.key)} is declared twice.")
        _grants[grant.key] = grant


def all_grants() -> list[Grant]:
    return list(_grants.values())


def _permissions_of_models() -> set[tuple[str, str, str]]:
    """App, model and codename of the permissions that Django creates by itself."""
    return {
        (model._meta.app_label, str(model._meta.model_name), codename)
        for model in apps.get_models()
        for codename in (
            *(get_permission_codename(action, model._meta) for action in model._meta.default_permissions),
            *(codename for codename, _ in model._meta.permissions),
        )
    }


def _remove_undeclared(using: str) -> None:
    """Delete permissions of our apps that neither an app declares nor Django creates."""
    known = {*_grants, *_permissions_of_models()}
    rows = Permission.objects.using(using).filter(content_type__app_label__in={app_label for app_label, *_ in _grants})
    for permission in rows.select_related("content_type"):
        content_type = permission.content_type
        if (content_type.app_label, content_type.model, permission.codename) not in known:
            permission.delete()


def sync_groups(*, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Create the declared permissions and give each group exactly its own.

    It creates permissions and content types itself, so that the order of the receivers of `post_migrate` is no matter.
    """
    try:
        kwargs.get("apps", apps).get_model("auth", "Group")
    except LookupError:  # a migration back to before there were groups
        return
    with transaction.atomic(using=using):
        granted = defaultdict(list)
        for grant in _grants.values():
            app_label, model, codename = grant.key
            content_type, _ = ContentType.objects.db_manager(using).get_or_create(app_label=app_label, model=model)
            permission, _ = Permission.objects.using(using).update_or_create(
                content_type=content_type, codename=codename, defaults={"name": grant.name}
            )
            for name in grant.groups:
                granted[name].append(permission)
        for name in StaffGroup:
            group, _ = Group.objects.using(using).get_or_create(name=name.value)
            group.permissions.set(granted[name])
        _remove_undeclared(using)
