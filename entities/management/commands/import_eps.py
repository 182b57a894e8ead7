"""How are the EPS loaded? `manage.py import_eps [eps.csv]`: codigo, nit, nombre, regimen."""

from pathlib import Path

from entities.registries.eps import Eps
from registries.import_command import RegistryCommand


class Command(RegistryCommand):
    help = "Carga las EPS de los dos regímenes; sin archivo, la lista que trae el portal."
    registry = Eps
    default_file = Path(__file__).resolve().parents[2] / "data" / "eps.csv"
