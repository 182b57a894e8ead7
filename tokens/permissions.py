"""Which staff groups may view and change tokens and client servers?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

SOPORTE = StaffGroup.SOPORTE
PERMISSIONS = (
    *may_view("tokens", "portaltoken temporarytoken tokenuse", SOPORTE),
    *may_view("tokens", "serverclient signingkey"),
    may_do("tokens.portaltoken", "change_portaltoken", "Puede revocar tokens del portal", SOPORTE),
    may_do("tokens.serverclient", "add_serverclient", "Puede crear servidores clientes"),
    may_do("tokens.serverclient", "change_serverclient", "Puede retirar servidores clientes"),
)
