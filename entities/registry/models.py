"""What does the portal keep of a load beside its row? The file, how far it is, its report, how the rows were before.

None of it is for ever: the file and the report go some days after the load has ended, the rows as they were go with the
next load of the same registry.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

LOAD = "entities.RegistryLoad"


class RegistryFile(models.Model):
    """The file of a load asked for in the admin, compressed: the worker may run on another machine."""

    load = models.OneToOneField(LOAD, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField("contenido")
    size = models.PositiveIntegerField("tamaño en bytes")

    class Meta:
        verbose_name = "archivo de un registro"
        verbose_name_plural = "archivos de registros"
        constraints = (
            models.CheckConstraint(
                condition=Q(size__gt=0),
                name="registry_file_is_not_empty",
                violation_error_message="El archivo está vacío.",
            ),
        )

    def __str__(self) -> str:
        return str(self.load_id)


class RegistryProgress(models.Model):
    """How far the worker is with a load; written beside the load's transaction, so that others see it at once."""

    load = models.OneToOneField(LOAD, on_delete=models.CASCADE, primary_key=True, related_name="progress")
    attempts = models.PositiveSmallIntegerField("intentos", default=0)
    done = models.FloatField("parte hecha", default=0)
    rows = models.PositiveIntegerField("filas leídas", default=0)
    at = models.DateTimeField("visto el", db_default=Now())

    class Meta:
        verbose_name = "avance de una carga"
        verbose_name_plural = "avances de cargas"
        constraints = (
            models.CheckConstraint(
                condition=Q(done__gte=0, done__lte=1),
                name="registry_progress_is_a_part",
                violation_error_message="La parte hecha debe estar entre 0 y 1.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.load_id} {self.done:.0%}"


class RegistryReport(models.Model):
    """What a load does or did, row by row where that can be shown; `entities.registry.report` says what is in it."""

    load = models.OneToOneField(LOAD, on_delete=models.CASCADE, primary_key=True, related_name="report")
    made_at = models.DateTimeField("hecho el", db_default=Now())
    obstacles = models.JSONField("por qué no se puede aplicar", default=list)
    samples = models.JSONField("primeras filas", default=dict)
    closed = models.JSONField("cerradas", default=list)
    rejections = models.JSONField("rechazadas", default=list)
    undone = models.JSONField("al deshacer", default=dict)

    class Meta:
        verbose_name = "informe de una carga"
        verbose_name_plural = "informes de cargas"

    def __str__(self) -> str:
        return str(self.load_id)


class RegistryAddition(models.Model):
    """Rows that one statement of a load added to one table: their keys, and a hash of what the load wrote in each."""

    load = models.ForeignKey(LOAD, on_delete=models.CASCADE, related_name="additions")
    table = models.CharField("tabla", max_length=63)
    keys = ArrayField(models.CharField(max_length=20), verbose_name="llaves")
    hashes = ArrayField(models.BigIntegerField(), verbose_name="huellas")

    class Meta:
        verbose_name = "filas nuevas de una carga"
        verbose_name_plural = "filas nuevas de cargas"

    def __str__(self) -> str:
        return f"{self.load_id} {self.table}"


class RegistryChange(models.Model):
    """One row of one table as it was before a load changed or deleted it (`after` is null: deleted).

    `after` is a hash of what the load wrote: a row that has another one was changed by somebody else since.
    """

    load = models.ForeignKey(LOAD, on_delete=models.CASCADE, related_name="changes", db_index=False)
    table = models.CharField("tabla", max_length=63)
    key = models.CharField("llave", max_length=20)
    before = models.JSONField("antes")
    after = models.BigIntegerField("huella", null=True)

    class Meta:
        verbose_name = "fila cambiada por una carga"
        verbose_name_plural = "filas cambiadas por cargas"
        constraints = (
            models.UniqueConstraint(
                "load",
                "table",
                "key",
                name="registry_change_once_a_row",
                violation_error_message="De cada fila se guarda una vez cómo estaba antes de la carga.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.load_id} {self.table} {self.key}"
