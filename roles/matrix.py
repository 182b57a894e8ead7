"""Which roles exist, what do they mean, and who may assign them to whom? One table of data.

Source: manual v4.1 §6 (meanings), §10 and §11.2 (who assigns), Resolución 740 de 2024. The tick boxes, the server's
check and the explanations all read `MATRIX`; nothing else in the portal knows a profession's roles.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import models

from entities.models import EntityKind


class UserKind(models.TextChoices):
    """Types of user, as chosen in the Módulo Registro de Usuarios."""

    PROFESIONAL = "PROF", "Profesional de la salud"
    SSO = "SSO", "Servicio Social Obligatorio (SSO)"
    OTRO = "OTRO", "Otro Usuario"


class Role(models.TextChoices):
    """What a user may do in MIPRES at one sede. The values are the codes that MIPRES shows."""

    PRESCRIPTOR = "Rol_Prescriptor", "Prescriptor"
    ORDENADOR = "Rol_Ordenador", "Ordenador"
    ORDENADOR_ENFERMERIA = "Rol_OrdenadorEnfermeria", "Ordenador de enfermería"
    JUNTA_IPS = "Rol_JuntaMedicaIPS", "Junta de profesionales en IPS"
    ANULADOR = "Rol_Anulador", "Anulador IPS"
    ADMISION = "Rol_Admision", "Admisión"
    TRANSCRIPTOR_IPS = "Rol_TranscriptorIPS", "Transcriptor IPS"
    DISPENSADOR = "Rol_Dispensador", "Dispensador"
    JUNTA_EPS = "Rol_JuntaMedicaEPS", "Junta de profesionales en EPS"
    ANULADOR_EPS = "Rol_AnuladorEPS", "Anulador EPS"
    RECOBRANTE = "Rol_Recobrante", "Recobrante"
    TRANSCRIPTOR = "Rol_Transcriptor", "Transcriptor EPS"
    SERVICIO_COMPLEMENTARIO = "Rol_ServicioComplementario", "Servicio complementario"


MEANINGS: dict[Role, str] = {
    Role.PRESCRIPTOR: "Registra prescripciones de servicios y tecnologías no financiados con la UPC.",
    Role.ORDENADOR: "Ordena productos para soporte nutricional no financiados con la UPC.",
    Role.ORDENADOR_ENFERMERIA: "Ordena, como profesional de enfermería, lo que la norma le permite.",
    Role.JUNTA_IPS: "Secretario técnico de la Junta: registra sus decisiones, sin derecho a voto.",
    Role.ANULADOR: "Confirma la anulación de prescripciones que piden los prescriptores de la IPS.",
    Role.ADMISION: "Consulta el estado de afiliación del paciente antes de la consulta.",
    Role.TRANSCRIPTOR_IPS: "Registra procedimientos odontológicos de la Circular 003 de 2024.",
    Role.DISPENSADOR: "Reporta el suministro efectivo de las tecnologías direccionadas.",
    Role.JUNTA_EPS: "Reasigna a una IPS con Junta las solicitudes que llegan sin ella.",
    Role.ANULADOR_EPS: "Confirma la anulación que piden los profesionales independientes de la red.",
    Role.RECOBRANTE: "Registra tecnologías ordenadas por fallos de tutela.",
    Role.TRANSCRIPTOR: "Transcribe prescripciones hechas en el formato de contingencia.",
    Role.SERVICIO_COMPLEMENTARIO: "Registra albergues para zonas especiales.",
}


class Option(models.TextChoices):
    """The option under which a delegate activates users (manual v4.1 §11.2)."""

    PROFESIONAL = "profesional", "Profesional de la Salud y/o Profesional de Servicio Social Obligatorio"
    INDEPENDIENTE = "independiente", "Profesional de la Salud Independiente"
    ADMINISTRATIVO_EPS = "administrativo-eps", "Profesional de la Salud Administrativo"
    ADMINISTRATIVO = "administrativo", "Personal Administrativo"


BACTERIOLOGIA, ENFERMERIA, MEDICINA, NUTRICION, ODONTOLOGIA, OPTOMETRIA = "P01", "P03", "P07", "P08", "P09", "P10"
JUNTA_PROFESSIONS = frozenset(
    {"P01", "P03", "P04", "P05", "P06", "P07", "P08", "P09", "P10", "P11", "P13", "P14", "P16", "P17"}
)
PRESCRIBERS = frozenset({MEDICINA, ODONTOLOGIA, OPTOMETRIA})


@dataclass(frozen=True)
class Row:
    """One line of the matrix: under `option`, a delegate of these kinds gives `roles` to such a user.

    `user_kind` None means every kind of user; `professions` None every profession (or none, for Otro Usuario).
    """

    option: Option
    entity_kinds: Collection[EntityKind]
    user_kind: UserKind | None
    professions: Collection[str] | None
    roles: tuple[Role, ...]

    def applies_to(self, entity_kind: str, user_kind: str, profession: str | None) -> bool:
        """Whether this line is about such a delegate and such a user."""
        return (
            entity_kind in self.entity_kinds
            and self.user_kind in (None, user_kind)
            and (self.professions is None or profession in self.professions)
        )


_IPS = {EntityKind.IPS}
_EPS = {EntityKind.EPS_C, EntityKind.EPS_S}
_JUNTA_AND_ANULADOR = (Role.JUNTA_IPS, Role.ANULADOR)

MATRIX: tuple[Row, ...] = (
    Row(Option.PROFESIONAL, _IPS, UserKind.PROFESIONAL, PRESCRIBERS, (Role.PRESCRIPTOR, *_JUNTA_AND_ANULADOR)),
    Row(Option.PROFESIONAL, _IPS, UserKind.PROFESIONAL, {NUTRICION}, (Role.ORDENADOR, *_JUNTA_AND_ANULADOR)),
    Row(
        Option.PROFESIONAL, _IPS, UserKind.PROFESIONAL, {ENFERMERIA}, (Role.ORDENADOR_ENFERMERIA, *_JUNTA_AND_ANULADOR)
    ),
    Row(
        Option.PROFESIONAL,
        _IPS,
        UserKind.PROFESIONAL,
        JUNTA_PROFESSIONS - PRESCRIBERS - {NUTRICION, ENFERMERIA},
        _JUNTA_AND_ANULADOR,
    ),
    Row(Option.PROFESIONAL, _IPS, UserKind.PROFESIONAL, None, (Role.ANULADOR,)),
    Row(Option.PROFESIONAL, _IPS, UserKind.SSO, {MEDICINA, ODONTOLOGIA}, (Role.PRESCRIPTOR, *_JUNTA_AND_ANULADOR)),
    Row(Option.PROFESIONAL, _IPS, UserKind.SSO, {ENFERMERIA}, (Role.ORDENADOR_ENFERMERIA, *_JUNTA_AND_ANULADOR)),
    Row(Option.PROFESIONAL, _IPS, UserKind.SSO, {BACTERIOLOGIA}, _JUNTA_AND_ANULADOR),
    Row(Option.ADMINISTRATIVO, _IPS, UserKind.OTRO, None, (Role.ADMISION, Role.TRANSCRIPTOR_IPS, Role.DISPENSADOR)),
    Row(Option.INDEPENDIENTE, _EPS, UserKind.PROFESIONAL, PRESCRIBERS, (Role.PRESCRIPTOR, Role.DISPENSADOR)),
    Row(Option.INDEPENDIENTE, _EPS, UserKind.PROFESIONAL, {NUTRICION}, (Role.ORDENADOR, Role.DISPENSADOR)),
    Row(
        Option.ADMINISTRATIVO_EPS,
        _EPS,
        UserKind.PROFESIONAL,
        None,
        (Role.ANULADOR_EPS, Role.JUNTA_EPS, Role.RECOBRANTE, Role.TRANSCRIPTOR),
    ),
    Row(Option.ADMINISTRATIVO_EPS, _EPS, UserKind.OTRO, None, (Role.SERVICIO_COMPLEMENTARIO,)),
    Row(Option.ADMINISTRATIVO, {EntityKind.PROVEEDOR}, UserKind.OTRO, None, (Role.DISPENSADOR,)),
    Row(Option.ADMINISTRATIVO, {EntityKind.PPN}, None, None, (Role.DISPENSADOR,)),
)
# the kinds of entity whose delegates activate users at all
ACTIVATING_KINDS = tuple(kind for kind in EntityKind if any(kind in row.entity_kinds for row in MATRIX))


def options_for(entity_kind: str) -> list[Option]:
    """The options that a delegate of this kind of entity sees, in the manual's order."""
    return [option for option in Option if any(r.option == option and entity_kind in r.entity_kinds for r in MATRIX)]


def assignable_roles(option: str, entity_kind: str, user_kind: str, profession: str | None) -> tuple[Role, ...]:
    """The roles that a delegate may give under `option`; the first line of the matrix that applies decides.

    Returns an empty tuple where the norm gives none.
    """
    for row in MATRIX:
        if row.option == option and row.applies_to(entity_kind, user_kind, profession):
            return row.roles
    return ()


def derived_roles(roles: set[str], profession: str | None) -> tuple[str, ...]:
    """Roles that come with others: every Medicina with Prescriptor also prescribes exclusions (manual v4.1 §6)."""
    if profession == MEDICINA and Role.PRESCRIPTOR in roles:
        return ("Rol_PrescriptorExclusiones",)
    return ()


def network_roles(entity_kind: str) -> frozenset[Role]:
    """The roles that such an entity gives to independent professionals only, because they are in its network."""
    lines = [row for row in MATRIX if entity_kind in row.entity_kinds]
    independents = {role for row in lines if row.option == Option.INDEPENDIENTE for role in row.roles}
    others = {role for row in lines if row.option != Option.INDEPENDIENTE for role in row.roles}
    return frozenset(independents - others)


def kinds_giving_to(*user_kinds: UserKind) -> list[str]:
    """The kinds of entity that give roles to such users because they are of that kind, in the order of `EntityKind`."""
    giving = {kind for row in MATRIX if row.user_kind in user_kinds for kind in row.entity_kinds}
    return [kind.value for kind in EntityKind if kind in giving]
