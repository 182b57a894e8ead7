"""How does an act of the history read? Its values in words, its place among other acts, and what it was done to."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from mipres_admin.models import ACTS, HistoryEntry

# how acts are grouped in a list of choices: by what stands before the point
GROUPS = {
    "roles": "Roles",
    "user": "Usuarios",
    "users": "Usuarios",
    "certificate": "Usuarios",
    "network": "Redes",
    "sede": "Sedes",
    "registration": "Personas jurídicas",
    "rut": "Personas jurídicas",
    "representation": "Personas jurídicas",
    "appointment": "Autorizados y delegados",
    "delegate": "Autorizados y delegados",
    "token": "Tokens",
    "client": "Tokens",
    "keys": "Tokens",
    "session": "Ingresos y sesiones",
    "sessions": "Ingresos y sesiones",
    "factor": "Contraseñas y segundo factor",
    "factors": "Contraseñas y segundo factor",
    "recovery_codes": "Contraseñas y segundo factor",
    "security": "Contraseñas y segundo factor",
    "password": "Contraseñas y segundo factor",
    "sign_up": "Personas",
    "person": "Personas",
    "email": "Personas",
    "account": "Cuentas",
    "view_as": "Cuentas",
    "entity": "Entidades",
    "reps": "Cargas de registros",
    "eps": "Cargas de registros",
    "rethus": "Cargas de registros",
    "sso": "Cargas de registros",
    "deceased": "Cargas de registros",
    "registry": "Cargas de registros",
    "staff": "Cuentas",
    "history": "Historia",
    "mail": "Correo",
}
OTHERS = "Otros actos"

# what the keys of `before` and `after` are called; one that is not here is shown as it is
LABELS = {
    "account": "Cuenta",
    "account_closed": "Cuenta cerrada",
    "active": "Activa",
    "acto": "Acto",
    "address": "Dirección",
    "allow_closing": "Aceptar que cierre más del 20 %",
    "alta": "Altas",
    "appointment": "Nombramiento",
    "as_of": "A la fecha",
    "baja": "Bajas",
    "cambio": "Cambios",
    "cause": "Causa",
    "changed": "Filas cambiadas",
    "client_id": "Servidor cliente",
    "closed": "Filas cerradas",
    "closed_on": "Cerrada el",
    "codes": "Códigos",
    "codes_left": "Códigos que quedan",
    "contributivo": "Contributivo",
    "current": "Llave en uso",
    "cut_on": "Corte",
    "deleted": "Filas borradas",
    "desde": "Desde",
    "device": "Equipo",
    "email": "Correo",
    "end": "Cómo terminó",
    "ended_at": "Terminó",
    "ends_at": "Vale hasta",
    "entidad": "Entidad",
    "entities_changed": "Entidades cambiadas",
    "entities_new": "Entidades nuevas",
    "entity": "Entidad",
    "error": "Con error",
    "et_model": "Modelo",
    "expires_at": "Vence",
    "factor": "Segundo factor",
    "factors": "Segundos factores",
    "failures": "Intentos fallidos",
    "file": "Archivo",
    "filters": "Filtros usados",
    "first_name": "Primer nombre",
    "first_surname": "Primer apellido",
    "force": "Aceptar un corte anterior",
    "from": "Desde",
    "groups": "Grupos",
    "hasta": "Hasta",
    "igual": "Sin cambio",
    "is_active": "Activa",
    "issued_at": "Generado",
    "kept": "Filas que se quedaron",
    "kid": "Llave",
    "kind": "Tipo",
    "load": "Carga",
    "locked": "Quedó bloqueada",
    "login": "Usuario",
    "minutes": "Minutos como máximo",
    "mode": "Modo",
    "municipality": "Municipio",
    "municipality_id": "Municipio",
    "name": "Nombre",
    "new": "Filas nuevas",
    "new_person": "Persona nueva en el portal",
    "next": "Llave siguiente",
    "nit": "NIT",
    "notice": "Aviso de privacidad",
    "objeto": "Objeto",
    "person": "Persona",
    "phone": "Teléfono",
    "profession": "Profesión",
    "professions_changed": "Profesiones cambiadas",
    "professions_new": "Profesiones nuevas",
    "profile": "Perfil",
    "quien": "Quién",
    "reason": "Motivo",
    "registration": "Solicitud",
    "rejected": "Filas rechazadas",
    "relation": "Tipo de relación",
    "reopened": "Filas reabiertas",
    "restored": "Filas devueltas",
    "retired": "Llaves retiradas",
    "revoke_tokens": "Revocar tokens",
    "revoked_at": "Revocado",
    "role": "Rol",
    "roles": "Roles",
    "roles_ended_deceased": "Roles terminados, fallecidos",
    "roles_ended_independent": "Roles terminados, independientes",
    "roles_ended_plaza": "Roles terminados, plaza de SSO",
    "roles_ended_rethus": "Roles terminados, fuera de ReTHUS",
    "roles_ended_sede": "Roles terminados, sede cerrada",
    "roles_not_restored": "Roles no devueltos",
    "roles_restored": "Roles devueltos",
    "rows": "Filas",
    "same": "Filas sin cambio",
    "scope": "Alcance",
    "second_name": "Segundo nombre",
    "second_surname": "Segundo apellido",
    "sede": "Sede",
    "sessions": "Sesiones",
    "sessions_ended": "Sesiones cerradas",
    "sex": "Sexo",
    "sha256": "SHA-256",
    "since": "Desde",
    "skipped": "Omitidas",
    "state": "Estado",
    "strict": "Solo si no hay filas rechazadas",
    "subsidiado": "Subsidiado",
    "token": "Token",
    "until": "Hasta",
    "user": "Usuario",
    "users": "Usuarios",
}
# what some codes mean
WORDS = {
    "assign": "Asignar la primera contraseña",
    "recover": "Recordar contraseña",
    "totp": "Aplicación de autenticación",
    "passkey": "Llave de acceso",
    "recovery": "Código de recuperación",
    "todo": "Todo o nada",
    # how seeing the portal as a delegate ended
    "stopped": "La terminó quien veía",
    "time": "Se acabó el tiempo",
    "session": "Terminó la sesión de quien veía",
    "staff": "Quien veía dejó de tener permiso",
    "account": "La cuenta que se veía dejó de poder ingresar",
    # states of a load of a registry, and of a mail
    "previewed": "Lista para aplicar",
    "queued": "Por aplicar",
    "applied": "Aplicada",
    "undo_queued": "Por deshacer",
    "undone": "Deshecha",
    "cancelled": "Cancelada",
    "pending": "En espera",
    "failed": "No se pudo enviar",
}
NOTHING = "—"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:")
CODE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
# what says which thing of a list it is, before what it says of it
ITS_NAME = ("role", "token", "name", "login")


def choices_of_acts() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every act with its name, under its group, for a list of choices."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for act, name in ACTS.items():
        grouped.setdefault(GROUPS.get(act.partition(".")[0], OTHERS), []).append((act, name))
    return sorted(grouped.items(), key=lambda group: (group[0] == OTHERS, group[0]))


# ---------------------------------------------------------------- before and after


@dataclass(frozen=True)
class Pair:
    """One thing that an act says: its name, and its value before and after."""

    label: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether the act changed it."""
        return self.before != self.after


def in_words(value: Any) -> str:
    """A value of `before` or `after` as people read it; a list has one line for each of its things."""
    if isinstance(value, str):
        return _text(value)
    if value is None or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if isinstance(value, list):
        return "\n".join(in_words(one) for one in value)
    if isinstance(value, dict):
        # PostgreSQL keeps the shortest name first
        named = sorted(value.items(), key=lambda item: item[0] not in ITS_NAME)
        return ", ".join(_said(name, in_words(one)) for name, one in named if one is not None)
    return str(value)


def _said(name: str, words: str) -> str:
    """A value with its name, which a role does not need."""
    return words if name == "role" else f"{_label(name)}: {words}"


def _text(value: str) -> str:
    """A moment in Colombia's time, the words of a code, or the text itself."""
    moment = parse_datetime(value) if MOMENT.match(value) else None
    if moment is not None and timezone.is_aware(moment):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
    return WORDS.get(value, value) or NOTHING


def without_codes(said: Any) -> Any:
    """The same without public ids and fingerprints, which only a machine tells apart."""
    if isinstance(said, dict):
        return {name: without_codes(one) for name, one in said.items() if not _is_code(one)}
    return [without_codes(one) for one in said if not _is_code(one)] if isinstance(said, list) else said


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _by_name(said: Any) -> dict[str, Any]:
    """What an act says, by name; some say a list of one thing or more."""
    if isinstance(said, list):
        return said[0] if len(said) == 1 and isinstance(said[0], dict) else {"": said} if said else {}
    return said if isinstance(said, dict) else {"": said}


def pairs(said_before: Any, said_after: Any) -> list[Pair]:
    """What an act says, name by name, before beside after."""
    before, after = _by_name(said_before), _by_name(said_after)
    names = list(dict.fromkeys([*before, *after]))
    return [
        Pair(_label(name) if name else "Detalle", in_words(before.get(name)), in_words(after.get(name)))
        for name in names
    ]


def in_one_cell(said: Any) -> str:
    """`before` or `after` in a cell of a workbook: a line for each name."""
    by_name = _by_name(said).items()
    return "\n".join(f"{_label(name)}: {in_words(one)}" if name else in_words(one) for name, one in by_name)


# ---------------------------------------------------------------- what it was done to

Key = tuple[str, str]
Scopes = Mapping[str, QuerySet[Any]]


def model_of(object_type: str) -> type[Model] | None:
    """The model of `object_type`; None for one that the portal no longer has."""
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None


def _name(thing: Model) -> str:
    """A person by his name, with the name by which the portal knows him; everything else as it calls itself."""
    own = CODE.sub("", str(thing)).strip()
    person = getattr(thing, "person", None)
    if person is None or str(person) == own:
        return own
    # some things call themselves by keys alone
    return f"{person}\n{own}" if any(letter.isalpha() for letter in own) else str(person)


def _found(model: type[Model], ids: Collection[str], scope: QuerySet[Any] | None) -> dict[str, str]:
    things = model._default_manager.all() if scope is None else scope
    if any(field.name == "person" for field in model._meta.fields):
        things = things.select_related("person")
    keys = []
    for one in ids:
        try:
            keys.append(model._meta.pk.to_python(one))
        except ValidationError:
            continue
    return {str(thing.pk): _name(thing) for thing in things.filter(pk__in=keys)}


def names_of(entries: Iterable[HistoryEntry], scopes: Scopes | None = None) -> dict[Key, str]:
    """What the things of these acts are called, by object type and id: one query for each type.

    `scopes` are the things that the reader may know by name, by object type; others are left out. None: all.
    """
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        wanted.setdefault(entry.object_type, set()).add(entry.object_id)
    names: dict[Key, str] = {}
    for object_type, ids in wanted.items():
        model = model_of(object_type)
        if model is None or (scopes is not None and object_type not in scopes):
            continue
        scope = scopes[object_type] if scopes is not None else None
        names |= {(object_type, pk): name for pk, name in _found(model, ids, scope).items()}
    return names


def kind_of(entry: HistoryEntry) -> str:
    """What sort of thing the act was done to."""
    model = model_of(entry.object_type)
    return str(model._meta.verbose_name) if model else entry.object_type
