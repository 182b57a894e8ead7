"""How are the plazas of SSO loaded? `manage.py import_sso sso.csv`: document, sede, first and last day."""

from accounts.registry.sso import Sso
from entities.registry.command import RegistryCommand


class Command(RegistryCommand):
    help = "Carga las plazas de Servicio Social Obligatorio que están en curso o por empezar."
    registry = Sso
