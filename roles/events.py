"""Which events does this app record, and how do they read?"""

from collections.abc import Collection

from django.db.models import TextChoices

from entities.models import Sede
from roles.end_reasons import ENDED_COUNTS


class Event(TextChoices):
    ROLES_GIVEN = "roles.given", "Roles asignados"
    ROLES_CHANGED = "roles.changed", "Roles actualizados"
    ROLES_ENDED = "roles.ended", "Usuario desactivado"
    ROLES_LAST_DAY_CHANGED = "roles.last_day_changed", "Fecha final cambiada"
    ROLES_RESTORED = "roles.restored", "Roles devueltos"
    USER_LOOKED_UP = "user.looked_up", "Búsqueda por documento"
    USER_NOT_FOUND = "user.not_found", "Búsqueda de un documento no registrado"
    USERS_DOWNLOADED = "users.downloaded", "Descarga de la lista de usuarios"
    NETWORK_ASSOCIATED = "network.associated", "Entidad asociada"
    NETWORK_DISSOCIATED = "network.dissociated", "Entidad desasociada"
    NETWORK_DOWNLOADED = "network.downloaded", "Descarga de la lista de entidades"
    RETHUS_LOADED = "rethus.loaded", "Carga de ReTHUS"
    SSO_LOADED = "sso.loaded", "Carga de plazas de SSO"
    CERTIFICATE_ISSUED = "certificate.issued", "Constancia generada"
    ROLES_PREVIEWED = "roles.previewed", "Vista previa de un archivo de roles"
    ROLES_UPLOADED = "roles.uploaded", "Archivo de roles aplicado"


# the heading in a list of choices, by the part of the value before the point
GROUPS = {
    "roles": "Roles",
    "user": "Usuarios",
    "users": "Usuarios",
    "network": "Redes",
    "rethus": "Cargas de registros",
    "sso": "Cargas de registros",
    "certificate": "Usuarios",
}
REASON_REQUIRED = frozenset({Event.ROLES_RESTORED})
# what the keys of `before` and `after` are called
LABELS = {
    **ENDED_COUNTS,
    "alta": "Altas",
    "associations_ended": "Asociaciones terminadas",
    "associations_restored": "Asociaciones devueltas",
    "as_of": "A la fecha",
    "baja": "Bajas",
    "cambio": "Cambios",
    "cause": "Causa",
    "error": "Con error",
    "from": "Desde",
    "igual": "Sin cambio",
    "looked_up": "Personas sin vínculo consultadas",
    "mode": "Modo",
    "profession": "Profesión",
    "professions_changed": "Profesiones cambiadas",
    "professions_new": "Profesiones nuevas",
    "relation": "Tipo de relación",
    "role": "Rol",
    "roles": "Roles",
    "roles_not_restored": "Roles no devueltos",
    "roles_restored": "Roles devueltos",
    "sede": "Sede",
    "since": "Desde",
    "until": "Hasta",
    "user": "Usuario",
    "users": "Usuarios",
}
# what some codes mean
WORDS = {
    "todo": "Todo o nada",
}


def _sedes(codes: Collection[str]) -> dict[str, str]:
    return {sede.code: str(sede) for sede in Sede.objects.filter(code__in=codes).only("code", "name")}


# which roles at which sede, also of what only changed a day
ABOUT = {"sede": _sedes, "roles": None}
