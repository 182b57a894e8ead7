"""How is the list of deceased people loaded? `manage.py import_deceased fallecidos.csv`: document and day."""

from accounts.registries.deceased import Deceased
from registries.import_command import RegistryCommand


class Command(RegistryCommand):
    help = "Carga la lista de fallecidos: el documento de cada persona y el día en que murió."
    registry = Deceased
