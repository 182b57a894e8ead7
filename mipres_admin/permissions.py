"""Which groups of the Ministry see the history, the mail and the jobs, and what do they do there?"""

from mipres_admin.groups import StaffGroup, may_do, may_view

PERMISSIONS = (
    may_view("mipres_admin.historyentry"),
    may_view("mipres_admin.historylink"),
    may_view("mipres_admin.historyseal"),
    may_view("mipres_admin.jobrun"),
    may_view("mipres_admin.outgoingmail", StaffGroup.SOPORTE),
    may_do("mipres_admin.historyentry", "export_history", "Puede exportar la historia", StaffGroup.AUDITOR),
    may_do(
        "mipres_admin.outgoingmail",
        "change_outgoingmail",
        "Puede poner de nuevo en espera los correos",
        StaffGroup.SOPORTE,
    ),
)
