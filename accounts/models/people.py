"""Which people does the portal know, by which documents?"""

from contextlib import suppress
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Now, TruncDate

from mipres_admin.database.constraints import clean
from mipres_admin.database.text import SearchText, search_words, with_words
from mipres_admin.reading.identifiers import NotRead, read_document


class DocumentType(models.TextChoices):
    """Document types that people may have in the portal (TI, RC, NV, AS and MS only exist for patients)."""

    CC = "CC", "Cédula de ciudadanía"
    CE = "CE", "Cédula de extranjería"
    PA = "PA", "Pasaporte"
    CD = "CD", "Carné diplomático"
    SC = "SC", "Salvoconducto de permanencia"
    PE = "PE", "Permiso especial de permanencia"
    PT = "PT", "Permiso por protección temporal"
    PR = "PR", "Pasaporte de la ONU"


class Sex(models.TextChoices):
    """Sexo, as identity documents have it (Decreto 1227 de 2015; cédula with M, F, NB and T)."""

    F = "F", "Femenino"
    M = "M", "Masculino"
    NB = "NB", "No binario"
    T = "T", "Trans"


TODAY = TruncDate(Now(), tzinfo=ZoneInfo("America/Bogota"))


class Verification(models.TextChoices):
    """How the Ministry knows that a person is who their document says."""

    REGISTRO_CIVIL = "registro_civil", "Registro civil"
    REVISOR = "revisor", "Revisor del Ministerio"
    MINISTERIO = "ministerio", "Datos del Ministerio"


NAMES = "first_name", "second_name", "first_surname", "second_surname"
DOCUMENT_NUMBER = r"^[A-Z0-9]{3,20}$"


def document_check(name: str) -> models.CheckConstraint:
    """The one rule for documents of people, for every table that holds one."""
    return models.CheckConstraint(
        condition=Q(document_type__in=DocumentType.values, document_number__regex=DOCUMENT_NUMBER),
        name=name,
        violation_error_message=(
            "El documento debe tener un tipo de la lista y de 3 a 20 letras o dígitos, por ejemplo CC 1025000111."
        ),
    )


def document_q(words: str, path: str = "") -> Q:
    """The condition that a document at `path` is the one that is written, with its type or without: CC1025000111.

    The type is always in the condition too, so that the unique indexes of documents, which begin with it, serve.
    """
    kinds, numbers = DocumentType.values, set()
    for kind in kinds:
        with suppress(NotRead):
            numbers.add(read_document(words, kind))
    return Q(**{f"{path}document_type__in": kinds, f"{path}document_number__in": sorted(numbers)})


def full_name(named: Any) -> str:
    """The four names of whatever has them, as they are spoken."""
    names = (named.first_name, named.second_name, named.first_surname, named.second_surname)
    return " ".join(name for name in names if name)


class DocumentFields(models.Model):
    """The identity document of a person."""

    document_type = models.CharField("tipo de documento", max_length=2, choices=DocumentType)
    document_number = models.CharField("número de documento", max_length=20)

    class Meta:
        abstract = True


class IdentityFields(DocumentFields):
    """The identity document of a person, and their names."""

    first_name = models.CharField("primer nombre", max_length=60)
    second_name = models.CharField("segundo nombre", max_length=60, blank=True)
    first_surname = models.CharField("primer apellido", max_length=60)
    second_surname = models.CharField("segundo apellido", max_length=60, blank=True)

    class Meta:
        abstract = True

    @property
    def full_name(self) -> str:
        """The four names as they are spoken."""
        return full_name(self)


class PersonQuerySet(models.QuerySet["Person"]):
    def matching(self, words: str) -> Self:
        """Persons of this document, or whose names have every word, without accents, case or signs."""
        if any(letter.isdigit() for letter in words):
            return self.filter(document_q(words))
        return self.filter(with_words("sort_name", search_words(words)))


class Person(IdentityFields):
    """A natural person whose identity is verified, known once by document type and number.

    There is no other kind of person: who says they are somebody is an account with an `IdentityClaim`, and whatever
    refers to a person (an own account, a delegate's, a representation, a registered user) is of a verified one.
    """

    sex = models.CharField("sexo", max_length=2, choices=Sex, blank=True, db_default="")
    email = models.EmailField("correo electrónico", blank=True)
    # kept true from `DeceasedEntry` and `CivilRegistryEntry` by triggers (roles/sql/deceased.sql), also for people who
    # come to the portal later
    deceased_on = models.DateField("fecha de fallecimiento", null=True, blank=True)
    verified_at = models.DateTimeField("identidad verificada el", db_default=Now())
    verified_how = models.CharField("identidad verificada con", max_length=14, choices=Verification)
    sort_name = models.GeneratedField(
        expression=SearchText(
            Concat("first_surname", Value(" "), "second_surname", Value(" "), "first_name", Value(" "), "second_name")
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "persona"
        ordering = ("sort_name",)
        constraints = (
            clean("person_texts_clean", *NAMES, emails=("email",)),
            models.UniqueConstraint(
                "document_type",
                "document_number",
                name="person_once_per_document",
                violation_error_message="Ya existe una persona con ese documento.",
            ),
            document_check("person_document_well_formed"),
            models.CheckConstraint(
                condition=~Q(first_name="") & ~Q(first_surname=""),
                name="person_has_name_and_surname",
                violation_error_message="Ingrese el primer nombre y el primer apellido.",
            ),
            models.CheckConstraint(
                condition=Q(sex="") | Q(sex__in=Sex.values),
                name="person_sex_known",
                violation_error_message="El sexo debe ser uno de la lista.",
            ),
            models.CheckConstraint(
                condition=Q(verified_how__in=Verification.values),
                name="person_verified",
                violation_error_message="Una persona debe tener su identidad verificada: diga cómo.",
            ),
        )
        indexes = (
            models.Index("sort_name", "id", name="person_sort_name"),
            models.Index("id", condition=Q(deceased_on__isnull=False), name="person_deceased"),
            # the Ministry looks for people by name in the whole country
            GinIndex(OpClass("sort_name", name="gin_trgm_ops"), name="person_search_trgm"),
        )

    def __str__(self) -> str:
        return self.full_name
