"""Which lists of users and roles do the admin pages of people, entities and sedes link to?"""

from accounts.models import Person
from entities.models import Entity, Sede
from mipres_admin.backoffice.admin_base import RelatedList, register_related_lists
from roles.models import Certificate, RegisteredUser, RoleAssignment, SsoPost

register_related_lists(Person, RelatedList("Registro en MIPRES", RegisteredUser, "person__id__exact", 20))
register_related_lists(
    Entity,
    RelatedList("Roles asignados", RoleAssignment, "entity__id__exact", 50),
    RelatedList("Constancias", Certificate, "entity__id__exact", 90),
)
register_related_lists(
    Sede,
    RelatedList("Roles asignados", RoleAssignment, "sede__id__exact", 10),
    RelatedList("Plazas de SSO", SsoPost, "sede__id__exact", 20),
)
