"""Who says that a document is theirs, and how far is the Ministry in verifying it?"""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.functions import Now
from django.db.models.lookups import LessThanOrEqual

from accounts.models.accounts import Account
from accounts.models.people import NAMES, TODAY, IdentityFields, Sex, document_check
from mipres_admin.database.constraints import SHA256, check, clean, known, matches, unique
from mipres_admin.formatting import format_day

MAX_COPY_BYTES = 1024 * 1024
# nobody decided, or somebody did: this long after the last step the data that were typed and the copy are deleted
DAYS_KEPT = 90


class ClaimState(models.TextChoices):
    """How far the verification of an identity has got."""

    PENDING = "pendiente", "Por verificar"
    IN_REVIEW = "en_revision", "En revisión"
    VERIFIED = "verificada", "Verificada"
    REJECTED = "rechazada", "Rechazada"


WAITING_STATES = (ClaimState.PENDING, ClaimState.IN_REVIEW)


class IdentityClaimQuerySet(models.QuerySet["IdentityClaim"]):
    def waiting(self) -> Self:
        """Those that a reviewer has to look at, the oldest first: one without a copy waits for its holder."""
        with_copy = Q(state=ClaimState.PENDING, document_copy__isnull=False)
        return self.filter(with_copy | Q(state=ClaimState.IN_REVIEW)).order_by("sent_at", "pk")

    def ahead_of(self, claim: "IdentityClaim") -> Self:
        """Those that nobody reviews yet and that have waited longer than this one."""
        earlier = Q(sent_at__lt=claim.sent_at) | Q(sent_at=claim.sent_at, pk__lt=claim.pk)
        return self.waiting().filter(earlier, state=ClaimState.PENDING)

    def of_document(self, document_type: str, document_number: str) -> Self:
        """Those of one document: there may be several, and one at most is verified."""
        return self.filter(document_type=document_type, document_number=document_number)

    def to_forget(self, now: datetime) -> Self:
        """Those whose last step is older than data may be kept."""
        return self.filter(changed_at__lt=now - timedelta(days=DAYS_KEPT))


class IdentityClaim(IdentityFields):
    """What the holder of an account typed about who they are, until it is verified.

    Its account has no person, so it represents no entity, is no delegate and no user, and opens its own pages only.
    Verification gives the account its person; several claims may name one document.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="identity_claim", verbose_name="cuenta"
    )
    sex = models.CharField("sexo", max_length=2, choices=Sex)
    issued_on = models.DateField("fecha de expedición")
    state = models.CharField("estado", max_length=11, choices=ClaimState, default=ClaimState.PENDING)
    # raised by every change, so that a decision names what its reviewer read
    version = models.PositiveIntegerField("versión", default=1)
    sent_at = models.DateTimeField("enviada el", db_default=Now())
    changed_at = models.DateTimeField("último paso", db_default=Now())
    # who took or decided it; None with a date: the Registro civil
    reviewer = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="revisor"
    )
    reviewed_at = models.DateTimeField("revisada el", null=True, blank=True)
    reason = models.TextField("motivo", blank=True, max_length=2_000)

    objects = IdentityClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "identidad por verificar"
        verbose_name_plural = "identidades por verificar"
        # the Ministry's reviewers decide; nobody adds, edits or deletes a claim in the admin
        default_permissions = ("view",)
        permissions = (("review_identityclaim", "Puede verificar identidades"),)
        ordering = ("-id",)
        constraints = (
            clean("identity_claim_texts_clean", *NAMES, lines=("reason",)),
            document_check("identity_claim_document_well_formed"),
            known(
                "identity_claim_state_known",
                "state",
                ClaimState,
                "El estado debe ser uno de los cuatro de una identidad.",
            ),
            check(
                "identity_claim_complete",
                ~Q(first_name="") & ~Q(first_surname="") & Q(sex__in=Sex.values),
                "Ingrese el primer nombre, el primer apellido y el sexo.",
            ),
            check(
                "identity_claim_issued_by_today",
                Q(issued_on__lte=TODAY),
                "La fecha de expedición debe ser hoy o un día anterior.",
            ),
            check(
                "identity_claim_reviewed_by_someone_for_a_reason",
                Q(state="pendiente", reviewer__isnull=True, reviewed_at__isnull=True, reason="")
                | Q(state="verificada", reviewer__isnull=True, reviewed_at__isnull=False, reason="")
                | (Q(reviewer__isnull=False, reviewed_at__isnull=False) & ~Q(state="pendiente") & ~Q(reason="")),
                "Una identidad en revisión o decidida debe decir quién, cuándo y por qué.",
            ),
            unique(
                "identity_claim_one_verified_per_document",
                "document_type",
                "document_number",
                where=Q(state="verificada"),
                message="Ese documento ya tiene una identidad verificada.",
            ),
        )
        indexes = (
            models.Index("state", "sent_at", name="identity_claim_queue"),
            models.Index("document_type", "document_number", name="identity_claim_document"),
            models.Index("changed_at", name="identity_claim_changed_at"),
        )

    def __str__(self) -> str:
        return f"{self.document_type} {self.document_number}"


class IdentityCopy(models.Model):
    """A copy of the document: a picture as it was uploaded, or what the pages of a PDF showed (`uploaded_pdf`).

    It is stored in the database, as the RUT is: no web server can serve it by accident, and it goes with its claim.
    """

    class Kind(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    claim = models.OneToOneField(
        IdentityClaim, on_delete=models.CASCADE, related_name="document_copy", verbose_name="identidad"
    )
    kind = models.CharField("formato", max_length=15, choices=Kind)
    content = models.BinaryField("contenido")
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_at = models.DateTimeField("cargada el", db_default=Now())

    class Meta:
        verbose_name = "copia del documento"
        verbose_name_plural = "copias del documento"
        default_permissions = ("view",)
        constraints = (
            check(
                "identity_copy_kind_known",
                Q(kind__in=("application/pdf", "image/jpeg", "image/png")),
                "La copia debe ser un PDF, un JPEG o un PNG.",
            ),
            check(
                "identity_copy_small",
                LessThanOrEqual(
                    Func(F("content"), function="octet_length", output_field=IntegerField()), MAX_COPY_BYTES
                ),
                "La copia debe pesar máximo 1 MB.",
            ),
            matches(
                "identity_copy_sha256_well_formed", "El SHA-256 debe tener 64 dígitos hexadecimales.", sha256=SHA256
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim_id} {self.uploaded_at}"

    @property
    def file_name(self) -> str:
        """The name under which it is downloaded: nothing of who it is."""
        return f"documento-{format_day(self.uploaded_at)}.{self.get_kind_display().lower()}"
