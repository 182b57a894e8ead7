"""Which groups of the Ministry see representatives, delegates and registrations, and which review registrations?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

SOPORTE, REVISOR = StaffGroup.SOPORTE, StaffGroup.REVISOR
PERMISSIONS = (
    *may_view("delegates", "appointment delegateaccount emailchange signup", SOPORTE),
    *may_view("delegates", "entityregistration representation rutdocument", REVISOR),
    *may_view("delegates", "privacyacceptance"),
    may_do(
        "delegates.entityregistration", "review_registration", "Puede revisar registros de personas jurídicas", REVISOR
    ),
)
