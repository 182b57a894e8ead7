"""What is stored of a load: its file, progress and report, and how the rows were before?

`RegistryLoad` stays for ever. `registries.retention` deletes files and reports, and the next load of the same registry
deletes the earlier rows.
"""

from collections.abc import Sequence
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mipres_admin.database.constraints import SHA256, check, clean, filled, matches, unique
from registries.registry import registry_label


class RegistryLoadQuerySet(models.QuerySet["RegistryLoad"]):
    def not_undone(self, kind: str = "") -> Self:
        """Loads that were applied and not undone, of one registry or of all, the last one first."""
        applied = self.filter(state__in=(RegistryLoad.State.APPLIED, RegistryLoad.State.UNDO_QUEUED))
        return (applied.filter(kind=kind) if kind else applied).order_by("-loaded_at", "-pk")

    def due(self) -> Self:
        """Loads for the worker: to apply or to undo, the longest waiting first; then those to preview."""
        return self.filter(state__in=RegistryLoad.DUE).order_by(F("requested_at").asc(nulls_last=True), "pk")


class RegistryLoad(models.Model):
    """One load of an official registry: which file, of which day, and what it did.

    A command creates it applied. From the admin it is uploaded, previewed by the worker (in a transaction that is
    rolled back), queued by somebody with a reason, and applied by the worker.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "En revisión"
        PREVIEWED = "previewed", "Lista para aplicar"
        QUEUED = "queued", "Por aplicar"
        APPLIED = "applied", "Aplicada"
        UNDO_QUEUED = "undo_queued", "Por deshacer"
        UNDONE = "undone", "Deshecha"
        REFUSED = "refused", "No se puede cargar"
        CANCELLED = "cancelled", "Cancelada"

    DUE = (State.UPLOADED, State.QUEUED, State.UNDO_QUEUED)
    CANCELLABLE = (State.UPLOADED, State.PREVIEWED, State.QUEUED)

    # of a registry that an app registered (`Registry.kind`)
    kind = models.CharField("registro", max_length=20)
    state = models.CharField("estado", max_length=11, choices=State, default=State.APPLIED)
    file_name = models.CharField("archivo", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    snapshot_date = models.DateField("fecha de corte", null=True, blank=True)
    counts = models.JSONField("resultado", default=dict)
    # null: a command
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="subida por"
    )
    uploaded_at = models.DateTimeField("subida el", db_default=Now(), editable=False)
    # the last request to the worker: to apply it, to undo it
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="pedida por",
    )
    requested_at = models.DateTimeField("pedida el", null=True, blank=True)
    reason = models.TextField("motivo", blank=True, default="", db_default="")
    strict = models.BooleanField("solo si no hay filas rechazadas", default=False, db_default=False)
    force = models.BooleanField("aceptar un corte anterior", default=False, db_default=False)
    allow_closing = models.BooleanField("aceptar que cierre o termine más del 1 %", default=False, db_default=False)
    error = models.TextField("por qué no", blank=True, default="", db_default="")
    loaded_at = models.DateTimeField("cargado el", null=True, blank=True, db_default=Now(), editable=False)
    undone_at = models.DateTimeField("deshecha el", null=True, blank=True)
    # how the rows were before is still stored (registries.loading.change_capture)
    is_undoable = models.BooleanField("se puede deshacer", default=False, db_default=False)

    retained: Sequence[str] = ()
    """While it runs: the keys of what it does not close, because a rejected row may be it."""

    objects = RegistryLoadQuerySet.as_manager()

    class Meta:
        verbose_name = "carga de un registro"
        verbose_name_plural = "cargas de registros"
        ordering = ("-id",)
        permissions = (
            ("load_registry", "Puede cargar registros oficiales"),
            ("undo_load", "Puede deshacer la última carga de un registro"),
        )
        constraints = (
            clean("registry_load_texts_clean", "file_name", lines=("reason",)),
            matches(
                "registry_load_kind_well_formed",
                "El registro debe tener de 2 a 20 letras minúsculas, por ejemplo reps.",
                kind=r"^[a-z]{2,20}$",
            ),
            filled("registry_load_has_file_name", "file_name", "Ingrese el nombre del archivo."),
            matches(
                "registry_load_sha256_well_formed", "El SHA-256 debe tener 64 dígitos hexadecimales.", sha256=SHA256
            ),
            check(
                "registry_load_applied_has_date",
                Q(state__in=("uploaded", "previewed", "queued", "refused", "cancelled"), loaded_at__isnull=True)
                | Q(state__in=("applied", "undo_queued", "undone"), loaded_at__isnull=False),
                "Una carga aplicada debe decir cuándo; una que no lo está, no.",
            ),
            check(
                "registry_load_undone_has_date",
                Q(state="undone", undone_at__isnull=False) | (~Q(state="undone") & Q(undone_at__isnull=True)),
                "Una carga deshecha debe decir cuándo; una que no lo está, no.",
            ),
            check(
                "registry_load_queued_has_requester",
                ~Q(state__in=("queued", "undo_queued"))
                | (Q(requested_by__isnull=False, requested_at__isnull=False) & ~Q(reason="")),
                "Lo que se pide al portal debe decir quién lo pide, cuándo y por qué.",
            ),
            check(
                "registry_load_refused_has_error",
                ~Q(state="refused") | ~Q(error=""),
                "Una carga que no se puede hacer debe decir por qué.",
            ),
            check(
                "registry_load_undoable_is_applied",
                Q(is_undoable=False) | Q(state__in=("applied", "undo_queued")),
                "Solo se puede deshacer una carga aplicada.",
            ),
            unique(
                "registry_load_one_undoable",
                "kind",
                where=Q(is_undoable=True),
                message="Solo se puede deshacer la última carga de un registro.",
            ),
            unique(
                "registry_load_one_open_per_file",
                "kind",
                "sha256",
                where=Q(state__in=("uploaded", "previewed", "queued")),
                message="Ese archivo ya está subido y sin aplicar.",
            ),
        )
        indexes = (
            models.Index(
                "requested_at",
                "id",
                condition=Q(state__in=("uploaded", "queued", "undo_queued")),
                name="registry_load_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.registry_label} {self.file_name}"

    @property
    def registry_label(self) -> str:
        """What its registry is called."""
        return registry_label(self.kind)


class RegistryFile(models.Model):
    """The file of a load from the admin, compressed: the worker may run on another machine."""

    load = models.OneToOneField(RegistryLoad, on_delete=models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField("contenido")
    size = models.PositiveIntegerField("tamaño en bytes")

    class Meta:
        verbose_name = "archivo de un registro"
        verbose_name_plural = "archivos de registros"
        constraints = (check("registry_file_not_empty", Q(size__gt=0), "El archivo está vacío."),)

    def __str__(self) -> str:
        return str(self.load_id)


class RegistryProgress(models.Model):
    """How far the worker is with a load; written on a second connection, so that pages see it at once."""

    load = models.OneToOneField(RegistryLoad, on_delete=models.CASCADE, primary_key=True, related_name="progress")
    attempts = models.PositiveSmallIntegerField("intentos", default=0)
    done = models.FloatField("parte hecha", default=0)
    rows = models.PositiveIntegerField("filas leídas", default=0)
    at = models.DateTimeField("visto el", db_default=Now())

    class Meta:
        verbose_name = "avance de una carga"
        verbose_name_plural = "avances de cargas"
        constraints = (
            check(
                "registry_progress_is_fraction", Q(done__gte=0, done__lte=1), "La parte hecha debe estar entre 0 y 1."
            ),
        )

    def __str__(self) -> str:
        return f"{self.load_id} {self.done:.0%}"


class RegistryReport(models.Model):
    """What a load would do or did, with the first rows; `registries.loading.report` says what is in it."""

    load = models.OneToOneField(RegistryLoad, on_delete=models.CASCADE, primary_key=True, related_name="report")
    created_at = models.DateTimeField("hecho el", db_default=Now())
    obstacles = models.JSONField("por qué no se puede aplicar", default=list)
    samples = models.JSONField("primeras filas", default=dict)
    closed = models.JSONField("cerradas", default=list)
    rejections = models.JSONField("rechazadas", default=list)
    notes = models.JSONField("antes de aplicar", default=list)
    undone = models.JSONField("al deshacer", default=dict)

    class Meta:
        verbose_name = "informe de una carga"
        verbose_name_plural = "informes de cargas"

    def __str__(self) -> str:
        return str(self.load_id)


class RegistryAddition(models.Model):
    """The keys of the rows that one statement of a load added to one table, and a hash of each row as written."""

    load = models.ForeignKey(RegistryLoad, on_delete=models.CASCADE, related_name="+")
    table = models.CharField("tabla", max_length=63)
    keys = ArrayField(models.CharField(max_length=20), verbose_name="llaves")
    hashes = ArrayField(models.BigIntegerField(), verbose_name="huellas")

    class Meta:
        verbose_name = "filas nuevas de una carga"
        verbose_name_plural = "filas nuevas de cargas"

    def __str__(self) -> str:
        return f"{self.load_id} {self.table}"


class RegistryChange(models.Model):
    """One row of one table as it was before a load changed or deleted it.

    `after` is a hash of the row as the load left it, null when deleted. Another hash: others changed the row since.
    """

    load = models.ForeignKey(RegistryLoad, on_delete=models.CASCADE, related_name="changes", db_index=False)
    table = models.CharField("tabla", max_length=63)
    key = models.CharField("llave", max_length=20)
    before = models.JSONField("antes")
    after = models.BigIntegerField("huella", null=True)

    class Meta:
        verbose_name = "fila cambiada por una carga"
        verbose_name_plural = "filas cambiadas por cargas"
        constraints = (
            unique(
                "registry_change_once_per_row",
                "load",
                "table",
                "key",
                message="De cada fila se guarda una vez cómo estaba antes de la carga.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.load_id} {self.table} {self.key}"
