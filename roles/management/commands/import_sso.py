"""How are the plazas of SSO loaded? `manage.py import_sso sso.csv`: document, sede, first and last day."""

from registries.import_command import RegistryCommand
from roles.registries.social_service import Sso


class Command(RegistryCommand):
    help = "Carga las plazas de Servicio Social Obligatorio que están en curso o por empezar."
    registry = Sso
