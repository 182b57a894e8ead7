"""Which certificates of roles (constancias) has an entity issued?"""

import uuid
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncDate

from accounts.models import Account
from entities.models import Entity
from mipres_admin.database.constraints import SHA256, check, matches
from roles.models.registered_users import RegisteredUser

CERTIFICATE_CODE = r"^[0-9A-HJKMNP-TV-Z]{28}$"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, entity: Entity) -> Self:
        """The certificates that one entity has issued: the only ones its delegate may download."""
        return self.filter(entity=entity)


class Certificate(models.Model):
    """What an entity has certified about one user, or (user null) about all of its users.

    `content` is what the certificate says, as it was issued; a trigger refuses UPDATE and DELETE.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("código de verificación", max_length=28, unique=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="certificates", verbose_name="entidad")
    user = models.ForeignKey(
        RegisteredUser, models.PROTECT, null=True, blank=True, related_name="certificates", verbose_name="usuario"
    )
    as_of = models.DateField("a la fecha")
    issued_at = models.DateTimeField("expedida el")
    issued_by = models.ForeignKey(Account, models.PROTECT, related_name="certificates", verbose_name="expedida por")
    content = models.JSONField("contenido")
    content_sha256 = models.CharField("huella del contenido", max_length=64)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "constancia"
        ordering = ("-id",)
        constraints = (
            matches(
                "certificate_code_well_formed",
                "El código debe tener 28 letras y dígitos, por ejemplo 7K3M9Q2XV5RT8WBD4HNC6JPZ1FGY.",
                code=CERTIFICATE_CODE,
            ),
            check(
                "certificate_not_of_the_future",
                Q(as_of__lte=TruncDate("issued_at", tzinfo=ZoneInfo("America/Bogota"))),
                "La fecha de la constancia debe ser el día en que se expide o uno anterior.",
            ),
            matches(
                "certificate_fingerprint_well_formed",
                "La huella debe ser un SHA-256 en hexadecimal.",
                content_sha256=SHA256,
            ),
        )
        indexes = (models.Index("entity", "user", "id", name="certificate_entity_user"),)

    def __str__(self) -> str:
        return self.code

    @property
    def grouped_code(self) -> str:
        """The code as it is printed and read aloud, in groups of four."""
        return "-".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))
