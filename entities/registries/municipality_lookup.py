"""Which municipality of DIVIPOLA does a file mean? By its code, otherwise by its department and name."""

from entities.models import Municipality
from mipres_admin.database.text import fold_key
from registries.loading.errors import Rejected

SAN_ANDRES = "archipielagodesanandresprovidenciaysantacatalina"
DEPARTMENTS = {
    "barranquilla": "atlantico",
    "bogota": "bogotadc",
    "buenaventura": "valledelcauca",
    "cali": "valledelcauca",
    "cartagena": "bolivar",
    "sanandres": SAN_ANDRES,
    "sanandresyprovidencia": SAN_ANDRES,
    "santamarta": "magdalena",
    "valle": "valledelcauca",
}
"""What the REPS calls a department, and the one of DIVIPOLA: districts have a health authority of their own."""

MUNICIPALITIES = {
    "bogota": "bogotadc",
    "buga": "guadalajaradebuga",
    "cali": "santiagodecali",
    "cartagena": "cartagenadeindias",
    "cucuta": "sanjosedecucuta",
    "mariquita": "sansebastiandemariquita",
    "mompos": "santacruzdemompox",
    "tolu": "santiagodetolu",
    "tumaco": "sanandresdetumaco",
}
"""Municipalities by the name that people use, and the one of DIVIPOLA."""


class MunicipalityLookup:
    """Finds the code of a municipality, and caches it."""

    def __init__(self) -> None:
        rows = Municipality.objects.values_list("code", "name", "department__name")
        self.names = {(fold_key(department), fold_key(name)): code for code, name, department in rows}
        self.codes = set(self.names.values())
        self.known: dict[tuple[str, str, str], str] = {}

    def __call__(self, code: str, department: str, name: str) -> str:
        """The code of five digits. Raises Rejected when neither the code nor the names are in DIVIPOLA."""
        if (code, department, name) not in self.known:
            self.known[code, department, name] = self._find(code, department, name)
        return self.known[code, department, name]

    def _find(self, code: str, department: str, name: str) -> str:
        full = code.zfill(5) if len(code) == 4 else code  # Excel drops the zero of Antioquia and Atlántico
        if full in self.codes:
            return full
        found = self._by_name(department, name) or self._by_name(department, code)
        if found is None:
            shown = " ".join(filter(None, (code, name, f"({department})" if department else "")))
            raise Rejected(f"el municipio «{shown}» no está en DIVIPOLA" if shown else "falta el municipio de la sede")
        return found

    def _by_name(self, department: str, name: str) -> str | None:
        folded = fold_key(department), fold_key(name)
        return self.names.get(
            (DEPARTMENTS.get(folded[0], folded[0]), MUNICIPALITIES.get(folded[1], folded[1]))
        ) or self.names.get(folded)
