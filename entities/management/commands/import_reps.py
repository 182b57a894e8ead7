"""How is the REPS loaded? `manage.py import_reps reps.csv`, the open-data file or the manual download."""

from entities.registry.command import RegistryCommand
from entities.registry.reps import Reps


class Command(RegistryCommand):
    help = "Carga el REPS: prestadores, profesionales independientes y sus sedes."
    registry = Reps
