"""Which groups of the Ministry see loads of registries, apply and undo them?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

CARGADOR = StaffGroup.CARGADOR
PERMISSIONS = (
    *may_view("registries", "registryload", CARGADOR),
    may_do("registries.registryload", "load_registry", "Puede cargar registros oficiales", CARGADOR),
    may_do("registries.registryload", "undo_load", "Puede deshacer la última carga de un registro", CARGADOR),
)
