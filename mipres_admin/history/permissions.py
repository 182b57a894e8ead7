"""Which groups of the Ministry see the history, and what do they do there?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

PERMISSIONS = (
    may_view("history.historyentry"),
    may_view("history.historylink"),
    may_view("history.historyseal"),
    may_do("history.historyentry", "export_history", "Puede exportar la historia", StaffGroup.AUDITOR),
)
