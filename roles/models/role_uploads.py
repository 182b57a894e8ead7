"""Which workbooks of roles were uploaded, and were they applied?"""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Account
from entities.models import Entity
from mipres_admin.database.constraints import SHA256, check, clean, filled, matches


class RoleUpload(models.Model):
    """An uploaded workbook of Consultar Usuarios: its rows, what each would do, and whether it was applied.

    `rows` hold personal data: they are deleted after a few days (`roles.actions.uploads`).
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", "Vista previa"
        APPLIED = "applied", "Aplicado"

    class Mode(models.TextChoices):
        ALL = "todo", "Todo o nada"
        GOOD = "correctas", "Solo las filas correctas"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="role_uploads", verbose_name="entidad")
    file_name = models.CharField("archivo", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    rows = models.JSONField("filas")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="cargado por")
    made_at = models.DateTimeField("cargado el", db_default=Now(), editable=False)
    state = models.CharField("estado", max_length=9, choices=State, default=State.PREVIEWED)
    mode = models.CharField("modo", max_length=9, choices=Mode, blank=True)
    applied_by = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="aplicado por"
    )
    applied_at = models.DateTimeField("aplicado el", null=True, blank=True)

    class Meta:
        verbose_name = "carga de roles"
        verbose_name_plural = "cargas de roles"
        constraints = (
            clean("role_upload_file_name_clean", "file_name"),
            check(
                "role_upload_applied_by_someone_at_some_time",
                Q(state="previewed", mode="", applied_by__isnull=True, applied_at__isnull=True)
                | Q(
                    state="applied", mode__in=("todo", "correctas"), applied_by__isnull=False, applied_at__isnull=False
                ),
                "Una carga aplicada debe decir quién la aplicó, cuándo y cómo.",
            ),
            matches("role_upload_sha256_well_formed", "El SHA-256 debe tener 64 dígitos hexadecimales.", sha256=SHA256),
            filled("role_upload_names_its_file", "file_name", "Ingrese el nombre del archivo."),
        )
        indexes = (models.Index("made_at", name="role_upload_made_at"),)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"
