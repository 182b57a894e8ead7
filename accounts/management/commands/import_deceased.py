"""How is the list of deceased people loaded? `manage.py import_deceased fallecidos.csv`: document and day."""

from accounts.registry.deceased import Deceased
from entities.registry.command import RegistryCommand


class Command(RegistryCommand):
    help = "Carga la lista de fallecidos: el documento de cada persona y el día en que murió."
    registry = Deceased
