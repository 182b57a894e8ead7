"""Which groups of the Ministry see the history, and what do they do there?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

PERMISSIONS = (
    *may_view("history", "historyentry historylink historyseal"),
    may_do("history.historyentry", "export_history", "Puede exportar la historia", StaffGroup.AUDITOR),
)
