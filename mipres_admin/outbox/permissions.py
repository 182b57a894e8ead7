"""Which groups of the Ministry see the mail, and what do they do with it?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

SOPORTE = StaffGroup.SOPORTE
PERMISSIONS = (
    *may_view("outbox", "outgoingmail", SOPORTE),
    may_do("outbox.outgoingmail", "change_outgoingmail", "Puede poner de nuevo en espera los correos", SOPORTE),
)
