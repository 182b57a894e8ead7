"""Which groups does the Ministry's staff have, and what may each see and do, in words?

What each may is declared in the `permissions.py` of each app.
"""

from collections.abc import Iterable

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.utils.text import capfirst

from mipres_admin.access.groups import StaffGroup

PURPOSES = {
    StaffGroup.SOPORTE: "ayuda a los delegados con sus cuentas, roles, tokens y correos",
    StaffGroup.REVISOR: "revisa los registros de personas jurídicas y su RUT",
    StaffGroup.CARGADOR: "carga los registros oficiales: REPS, EPS, ReTHUS, plazas de SSO y fallecidos",
    StaffGroup.AUDITOR: "lo ve todo y no cambia nada",
    StaffGroup.SUPERUSUARIO: "lo ve y lo hace todo, y administra al personal del Ministerio",
}
DEFAULT_DEEDS = {"add": "Agregar", "change": "Cambiar", "delete": "Eliminar"}


def label_of(name: str) -> str:
    """A group's name as people read it."""
    return StaffGroup(name).label if name in StaffGroup.values else name


def purpose_of(name: str) -> str:
    """What a group is for, in one line."""
    return PURPOSES[StaffGroup(name)] if name in StaffGroup.values else ""


def labels_of(names: Iterable[str]) -> str:
    """Groups in words, in the order of the five."""
    held = set(names)
    return ", ".join(group.label for group in StaffGroup if group in held)


def _permissions(group: Group) -> list[Permission]:
    found = group.permissions.select_related("content_type")
    return list(found.order_by("content_type__app_label", "content_type__model", "codename"))


def _is_view(permission: Permission) -> bool:
    return permission.codename == f"view_{permission.content_type.model}"


def viewable_lists(group: Group) -> list[str]:
    """What the group sees: the lists of the admin that open to it, by the names that the admin gives them."""
    seen = [permission.content_type.model_class() for permission in _permissions(group) if _is_view(permission)]
    return sorted(
        capfirst(str(model._meta.verbose_name_plural)) for model in seen if model and admin.site.is_registered(model)
    )


def permission_label(permission: Permission) -> str:
    """What a permission lets one do, in words: never Django's own English name of it."""
    verb = DEFAULT_DEEDS.get(permission.codename.partition("_")[0])
    if verb and permission.name.startswith("Can "):
        model = permission.content_type.model_class()
        return f"{verb} {model._meta.verbose_name_plural if model else permission.content_type.model}"
    return capfirst(permission.name.removeprefix("Puede "))


def permitted_actions(group: Group) -> list[str]:
    """What the group does, in words."""
    return sorted(permission_label(permission) for permission in _permissions(group) if not _is_view(permission))
