"""Which groups of the Ministry write notes?"""

from mipres_admin.access.groups import StaffGroup, may_do

PERMISSIONS = (may_do("entities.sede", "write_note", "Puede escribir notas de una sede", StaffGroup.SOPORTE),)
