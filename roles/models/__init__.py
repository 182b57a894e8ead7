"""Which users are registered, which roles do they have, and what do the registries say of them?"""

from roles.models.certificates import CERTIFICATE_CODE, Certificate, CertificateQuerySet
from roles.models.registered_users import RegisteredUser, independents_among
from roles.models.registries import Profession, RethusEntry, RethusEntryQuerySet, SsoPost, SsoPostQuerySet, death_of
from roles.models.role_assignments import RoleAssignment, RoleAssignmentQuerySet, RoleEnding, RoleEndingQuerySet
from roles.models.role_uploads import RoleUpload
from roles.models.ties import RECENTLY, findable_users, tied_users
