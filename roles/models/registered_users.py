"""Who is registered for MIPRES?"""

import uuid
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person
from entities.models import Entity, EntityKind
from mipres_admin.database.constraints import check, clean
from roles.matrix import UserKind
from roles.models.registries import Profession


class RegisteredUser(models.Model):
    """A person registered for MIPRES (Módulo Registro de Usuarios), whom delegates activate."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="registration", verbose_name="persona")
    kind = models.CharField("tipo de usuario", max_length=4, choices=UserKind)
    profession = models.ForeignKey(Profession, models.PROTECT, null=True, blank=True, verbose_name="profesión")
    professional_registry = models.CharField("registro profesional", max_length=30, blank=True)
    registered_at = models.DateTimeField("registrado el", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "usuario registrado"
        verbose_name_plural = "usuarios registrados"
        constraints = (
            clean("registered_user_registry_clean", "professional_registry"),
            check(
                "registered_user_profession_fits_kind",
                (
                    Q(kind__in=(UserKind.PROFESIONAL, UserKind.SSO), profession__isnull=False)
                    & ~Q(professional_registry="")
                )
                | Q(kind=UserKind.OTRO, profession__isnull=True, professional_registry=""),
                "Un profesional o SSO debe tener profesión y registro profesional; Otro Usuario, ninguno.",
            ),
        )

    def __str__(self) -> str:
        return self.login

    @property
    def login(self) -> str:
        """The user's name in MIPRES: document type and number, for example CC1025000111."""
        return f"{self.person.document_type}{self.person.document_number}"


def independents_among(members: Iterable[Entity], person: str) -> Q:
    """The condition that the person at the path `person` is one of the independent professionals among `members`."""
    documents = (
        Q(**{f"{person}document_type": member.identification_type, f"{person}document_number": member.nit})
        for member in members
        if member.kind == EntityKind.PROFESIONAL_INDEPENDIENTE
    )
    return reduce(or_, documents, Q(pk__in=()))
