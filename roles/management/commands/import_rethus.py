"""How is ReTHUS loaded? `manage.py import_rethus rethus.csv`: document, profession and registry number."""

from registries.import_command import RegistryCommand
from roles.registries.rethus import Rethus


class Command(RegistryCommand):
    help = "Carga ReTHUS: las profesiones de cada persona y su registro profesional."
    registry = Rethus
