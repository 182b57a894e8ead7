"""How are the groups of the Ministry's staff, and what each may see and do, described to people?"""

from collections.abc import Iterable

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.utils.text import capfirst

from mipres_admin.access.groups import StaffGroup

PURPOSES = {
    StaffGroup.SOPORTE: "ayuda a los delegados con sus cuentas, roles, tokens y correos",
    StaffGroup.REVISOR: "revisa registros de personas jurídicas y su RUT, verifica identidades y devuelve cuentas",
    StaffGroup.CARGADOR: "carga los registros oficiales: REPS, EPS, ReTHUS, plazas de SSO, fallecidos y Registro civil",
    StaffGroup.AUDITOR: "lo ve todo y no cambia nada",
    StaffGroup.SUPERUSUARIO: "lo ve y lo hace todo, y administra al personal del Ministerio",
}
DEFAULT_VERBS = {"add": "Agregar", "change": "Cambiar", "delete": "Eliminar"}


def label_of(name: str) -> str:
    """A group's name as people read it."""
    return StaffGroup(name).label if name in StaffGroup.values else name


def purpose_of(name: str) -> str:
    """What a group is for, in one line."""
    return PURPOSES[StaffGroup(name)] if name in StaffGroup.values else ""


def labels_of(names: Iterable[str]) -> str:
    """Groups in words, in the order of the five."""
    given = set(names)
    return ", ".join(group.label for group in StaffGroup if group in given)


def _permissions(group: Group) -> list[Permission]:
    permissions = group.permissions.select_related("content_type")
    return list(permissions.order_by("content_type__app_label", "content_type__model", "codename"))


def _is_view(permission: Permission) -> bool:
    return permission.codename == f"view_{permission.content_type.model}"


def viewable_lists(group: Group) -> list[str]:
    """The lists of the admin that the group may view, by their names."""
    models = [permission.content_type.model_class() for permission in _permissions(group) if _is_view(permission)]
    return sorted(
        capfirst(str(model._meta.verbose_name_plural)) for model in models if model and admin.site.is_registered(model)
    )


def permission_label(permission: Permission) -> str:
    """What a permission allows, in Spanish: never Django's own English name of it."""
    verb = DEFAULT_VERBS.get(permission.codename.partition("_")[0])
    if verb and permission.name.startswith("Can "):
        model = permission.content_type.model_class()
        return f"{verb} {model._meta.verbose_name_plural if model else permission.content_type.model}"
    return capfirst(permission.name.removeprefix("Puede "))


def permitted_actions(group: Group) -> list[str]:
    """What the group may do, in words."""
    return sorted(permission_label(permission) for permission in _permissions(group) if not _is_view(permission))
