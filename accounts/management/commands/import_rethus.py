"""How is ReTHUS loaded? `manage.py import_rethus rethus.csv`: document, profession and registry number."""

from accounts.registry.rethus import Rethus
from entities.registry.command import RegistryCommand


class Command(RegistryCommand):
    help = "Carga ReTHUS: las profesiones de cada persona y su registro profesional."
    registry = Rethus
