"""Which groups of the Ministry see entities and sedes, suspend or disable them?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

SOPORTE, CARGADOR = StaffGroup.SOPORTE, StaffGroup.CARGADOR
PERMISSIONS = (
    *may_view("entities", "association entity sede", SOPORTE, CARGADOR),
    *may_view("entities", "department municipality", CARGADOR),
    may_do("entities.entity", "suspend_entity", "Puede suspender y reactivar entidades"),
    may_do("entities.sede", "disable_sede", "Puede deshabilitar sedes", SOPORTE),
)
