"""How do the registries come in that end roles? Small files of each, loaded by the Ministry's own commands."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from accounts.models import Person
from entities.models import Entity, Sede
from registries.loading.undo import undo_load
from registries.models import RegistryLoad
from registries.registry import get_registry
from roles.models import RegisteredUser, RoleAssignment
from roles.validity import today
from tests.accounts import civil_registry
from tests.factories import make_entity
from tests.registry_files import csv_file, load, professional_row, sede_row

HEADINGS = {
    "rethus": ("tipo_documento", "numero_documento", "codigo_profesion", "profesion", "registro_profesional"),
    "sso": ("tipo_documento", "numero_documento", "codigo_habilitacion", "desde", "hasta"),
    "deceased": ("tipo_documento", "numero_documento", "fecha_fallecimiento"),
    "civil": civil_registry.HEADINGS,
}
NOBODY = "1999999999"


class Ministry:
    """Loads registries; each call names all that the registry has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _load(self, kind: str, rows: Iterable[tuple[object, ...]]) -> RegistryLoad:
        headings = HEADINGS[kind]
        lines = [dict(zip(headings, map(str, cells), strict=True)) for cells in rows]
        path = csv_file(self.folder / f"{kind}.csv", lines, headings)
        self.output = load(f"import_{kind}", path, allow_closing=True)
        return RegistryLoad.objects.latest("pk")

    def reps(self, *sedes: Sede) -> RegistryLoad:
        """REPS has these sedes open, and one more of somebody else."""
        rows = [sede_row(), *(self._of_reps(sede) for sede in sedes)]
        self.output = load("import_reps", csv_file(self.folder / "reps.csv", rows), allow_closing=True)
        return RegistryLoad.objects.latest("pk")

    def _of_reps(self, sede: Sede) -> dict[str, str]:
        make = professional_row if sede.entity.kind == "PI" else sede_row
        return make(
            codigoprestador=sede.code[:10],
            codigohabilitacionsede=sede.code,
            nombreprestador=sede.entity.name,
            nombresede=sede.name,
            tipoid=sede.entity.identification_type,
            numeroidentificacion=sede.entity.nit,
            municipiosede=str(sede.municipality_id),
        )

    def rethus(self, *users: RegisteredUser) -> RegistryLoad:
        """ReTHUS has these users with their professions."""
        rows = [(*document_of(user.person), user.profession_id, "Profesión", "RM-1") for user in users]
        return self._load("rethus", [*rows, ("CC", NOBODY, "P07", "Medicina", "RM-2")])

    def plazas(self, *posts: tuple[RegisteredUser, Sede, int, int]) -> RegistryLoad:
        """These plazas run, from the first to the second day counted from today."""
        rows = [(*document_of(user.person), sede.code, on(first), on(last)) for user, sede, first, last in posts]
        other = Sede.objects.filter(code__regex=r"^[0-9]{12}$").first()
        assert other is not None
        return self._load("sso", [*rows, ("CC", NOBODY, other.code, on(-1), on(300))])

    def deceased(self, *persons: Person) -> RegistryLoad:
        """The list has these persons."""
        return self._load("deceased", [*((*document_of(p), on(-3)) for p in persons), ("CC", NOBODY, on(-3))])

    def civil(self, *dead: Person) -> RegistryLoad:
        """The Registro civil has these persons' documents, cancelled by their death, and one that is in force."""
        names = ("ANA", "", "PRUEBA", "", "2010-05-20")
        rows = [(*document_of(p), *names, "Cancelada por muerte", on(-5)) for p in dead]
        return self._load("civil", [*rows, ("CC", NOBODY, *names, "Vigente", "")])

    def undo(self, registry_load: RegistryLoad) -> dict[str, int]:
        """Undo a load; what that does to roles."""
        return undo_load(get_registry(registry_load.kind)(), registry_load).effects


def document_of(person: Person) -> tuple[str, str]:
    return person.document_type, person.document_number


def on(days: int) -> date:
    return today() + timedelta(days=days)


def current_roles(user: RegisteredUser) -> list[str]:
    """What the user holds now, by role."""
    return sorted(RoleAssignment.objects.filter(user=user).current().values_list("role", flat=True))


def as_independent(user: RegisteredUser, **fields: Any) -> Entity:
    """The user as an entity: a Profesional Independiente."""
    kind, number = document_of(user.person)
    return make_entity("PI", identification_type=kind, nit=number, name=str(user.person), **fields)
