"""Places, entities, their sedes and networks."""

from entities.models.entities import EPS_KINDS, Entity, EntityKind, EtModel, IdentificationType
from entities.models.places import Department, Municipality
from entities.models.provider_networks import (
    NETWORK_MEMBERS,
    Association,
    AssociationQuerySet,
)
from entities.models.sedes import Sede, SedeQuerySet
