"""How is the Registro civil loaded? `manage.py import_civil registro_civil.csv`: documents, names, days of issue."""

from accounts.registries.civil_registry import CivilRegistry
from registries.import_command import RegistryCommand


class Command(RegistryCommand):
    help = "Carga el Registro civil: de cada documento, los nombres, la fecha de expedición y si lo canceló una muerte."
    registry = CivilRegistry
