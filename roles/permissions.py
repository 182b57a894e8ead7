"""Which groups of the Ministry see users, roles and what registries say of professions, and what do they do?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

SOPORTE, CARGADOR = StaffGroup.SOPORTE, StaffGroup.CARGADOR
PERMISSIONS = (
    *may_view("roles", "certificate registereduser roleassignment roleending roleupload", SOPORTE),
    *may_view("roles", "profession rethusentry ssopost", SOPORTE, CARGADOR),
    may_do("roles.roleassignment", "end_roleassignment", "Puede terminar roles asignados", SOPORTE),
)
