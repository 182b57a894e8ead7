"""How is the REPS loaded? `manage.py import_reps reps.csv`, the open-data file or the manual download."""

from entities.registries.reps import Reps
from registries.import_command import RegistryCommand


class Command(RegistryCommand):
    help = "Carga el REPS: prestadores, profesionales independientes y sus sedes."
    registry = Reps
