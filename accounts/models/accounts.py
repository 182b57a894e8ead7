"""Which accounts log in (delegates, persons, staff of the Ministry), and which of them are suspended?"""

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.models.people import Person
from entities.models import Entity, EntityKind
from mipres_admin.database.constraints import clean
from mipres_admin.formatting import format_moment
from mipres_admin.reading.emails import email_mistake
from mipres_admin.refusals import Refusal, Refused

UNVERIFIED = Refusal(
    headline="Su identidad está por verificar",
    cause="Solo quien tiene su identidad verificada representa una entidad o es delegado o usuario de MIPRES.",
    remedy="Revise en «Mi identidad» lo que escribió, corríjalo si hace falta y cargue una copia de su documento.",
    who="Usted; después, un revisor del Ministerio.",
    link="identity_claim",
    link_text="Mi identidad",
)


class LoginObstacle(models.TextChoices):
    """Why an account may not log in."""

    INACTIVE = "inactive", "cuenta inactiva"
    SUSPENDED = "suspended", "suspendida por el Ministerio"
    DECEASED = "deceased", "figura como fallecido"
    ENTITY = "entity", "entidad inactiva"

    @property
    def cause(self) -> str:
        """The same as a sentence."""
        return {
            LoginObstacle.INACTIVE: "La cuenta está inactiva.",
            LoginObstacle.SUSPENDED: "La cuenta está suspendida por el Ministerio.",
            LoginObstacle.DECEASED: "El titular de la cuenta figura como fallecido.",
            LoginObstacle.ENTITY: "La entidad de la cuenta está inactiva.",
        }[self]


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, login: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account; `login` is stored in upper case. Without password nobody can log in with it."""
        account = self.model(login=login.upper(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, login: str, password: str | None = None, **fields: Any) -> "Account":
        """Make an account of Ministry staff with every permission.

        Raises ValidationError, which `createsuperuser` shows, for an e-mail to which the portal cannot write.
        """
        if mistake := email_mistake(str(fields.get("email") or "")):
            raise ValidationError(f"El correo electrónico {mistake}.")
        return self.create_user(login, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Find by login; case does not matter to the person who types it."""
        return self.get(login=(username or "").upper())


class Account(AbstractBaseUser, PermissionsMixin):
    """A log-in: a delegate's (with its entity), a natural person's, or the Ministry's staff (both without)."""

    login = models.CharField("usuario (login)", max_length=40, unique=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="persona"
    )
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="entidad"
    )
    email = models.EmailField("correo electrónico")
    is_staff = models.BooleanField("personal del Ministerio", default=False)
    is_active = models.BooleanField("activa", default=True)
    created_at = models.DateTimeField("creada el", db_default=Now(), editable=False)
    # what a browser remembers of having opened the account counts only since then
    sessions_ended_at = models.DateTimeField("sesiones cerradas el", null=True, editable=False)
    # by the entity: who has added a second factor since then may not be the holder
    email_replaced_at = models.DateTimeField("correo cambiado por la entidad el", null=True, editable=False)
    # until when nobody but the holder read the e-mail, if the entity has replaced such a one
    email_proven_until = models.DateTimeField("correo comprobado hasta el", null=True, editable=False)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]
    objects = AccountManager()

    class Meta:
        verbose_name = "cuenta"
        permissions = (
            ("suspend_account", "Puede suspender y reactivar cuentas"),
            ("give_back_account", "Puede devolver una cuenta a su dueño"),
            ("unlock_account", "Puede desbloquear el ingreso de una cuenta"),
            ("end_sessions", "Puede cerrar las sesiones de una cuenta"),
            ("reset_second_factor", "Puede retirar los segundos factores de una cuenta"),
            ("impersonate_delegate", "Puede ver el portal como un delegado"),
            ("manage_staff", "Puede administrar las cuentas del Ministerio"),
        )
        constraints = (
            clean("account_email_clean", emails=("email",)),
            models.CheckConstraint(
                condition=Q(login__regex=r"^[A-Z0-9_.-]{3,40}$"),
                name="account_login_well_formed",
                violation_error_message="El usuario debe tener de 3 a 40 letras mayúsculas o dígitos.",
            ),
            models.CheckConstraint(
                condition=Q(entity__isnull=True) | Q(person__isnull=False, is_staff=False, is_superuser=False),
                name="account_delegate_is_a_person_and_not_staff",
                violation_error_message="La cuenta de una entidad debe ser de una persona que no sea del Ministerio.",
            ),
            # the login of a document, CC1025000111, is its verified person's
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(is_staff=True) | Q(login__regex=r"-[0-9]+$"),
                name="account_of_nobody_verified_has_a_numbered_login",
                violation_error_message="El usuario por verificar debe terminar en un guion y un número.",
            ),
            # target of the composite key by which an impersonation can never name another entity than the delegate's
            models.UniqueConstraint("id", "entity", name="account_with_its_entity"),
            models.UniqueConstraint(
                "person",
                "entity",
                condition=Q(is_active=True),
                name="account_one_active_per_person_and_entity",
                violation_error_message="Esa persona ya tiene una cuenta activa en esa entidad.",
            ),
            models.UniqueConstraint(
                "person",
                condition=Q(entity__isnull=True, is_staff=False),
                name="account_one_natural_person",
                violation_error_message="Esa persona ya tiene una cuenta de Mi Seguridad Social.",
            ),
        )

    @property
    def entity_kind(self) -> str | None:
        """The kind of the entity this account acts for; None for staff."""
        return EntityKind(self.entity.kind) if self.entity else None

    def require_entity(self) -> Entity:
        """The entity this account acts for. Raises Refused when there is none."""
        if self.entity is None:
            raise Refused(
                Refusal(
                    cause="Su cuenta no es de una entidad.", remedy="Ingrese con una cuenta de delegado.", who="Usted."
                )
            )
        return self.entity

    @property
    def is_natural_person(self) -> bool:
        """Whether this is a person's own account of Mi Seguridad Social: of no entity and not the Ministry's."""
        return self.person_id is not None and self.entity_id is None and not self.is_staff

    @property
    def is_of_oneself(self) -> bool:
        """Whether only its person chooses its e-mail: an own account, or one as a PPN, and no other entity's."""
        return self.person_id is not None and not self.is_staff and self.entity_kind in (None, EntityKind.PPN)

    @property
    def proves_its_email(self) -> bool:
        """Whether the e-mail is one that its person proved: of an account of oneself that may log in.

        One that is suspended or closed may have been in somebody else's hands, and its e-mail theirs.
        """
        return self.is_of_oneself and self.can_log_in

    @property
    def is_unverified(self) -> bool:
        """Whether nobody has verified who holds this account of Mi Seguridad Social: it has an `IdentityClaim`."""
        return self.person_id is None and not self.is_staff

    def require_person(self) -> Person:
        """The verified person who holds this account. Raises Refused when there is none."""
        if self.person is None:
            raise Refused(UNVERIFIED)
        return self.person

    @property
    def why_no_login(self) -> LoginObstacle | None:
        """Why this account may not log in at all, the first reason that holds; None when it may.

        Whether somebody must wait after wrong passwords is apart (`login_limits.locked_until`): that is of an origin.
        """
        if not self.is_active:
            return LoginObstacle.INACTIVE
        if self.person is not None and self.person.deceased_on is not None:
            return LoginObstacle.DECEASED
        if self.entity is not None and not self.entity.is_active:
            return LoginObstacle.ENTITY
        return LoginObstacle.SUSPENDED if self.is_suspended else None

    @property
    def can_log_in(self) -> bool:
        """Whether this account may log in at all: active, not suspended, of somebody alive and of an active entity."""
        return self.why_no_login is None

    @property
    def is_suspended(self) -> bool:
        """Whether the Ministry has suspended this account, of whatever kind but its own staff's."""
        suspended: bool | None = self.__dict__.get("suspended")  # as a list annotates it
        if suspended is None:
            suspended = Suspension.objects.current().filter(account=self.pk).exists()
        return not self.is_staff and suspended

    @property
    def display_name(self) -> str:
        """The person's name, or the login where there is no person."""
        return str(self.person or self.login)

    def __str__(self) -> str:
        return self.login


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def current(self) -> Self:
        """Suspensions that nobody has lifted."""
        return self.filter(lifted_at__isnull=True)

    def of(self, person: Person, entity: Entity) -> Self:
        """Suspensions of any account that this person has, or had, in this entity."""
        return self.filter(account__person=person, account__entity=entity)


class Suspension(models.Model):
    """The suspension of an account by the Ministry: since when, why and by whom, and who lifted it.

    Apart from `Account.is_active`, which ends and comes back with the appointments of the entity: nothing that the
    entity or the holder does lifts a suspension.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="suspensions", verbose_name="cuenta")
    since = models.DateTimeField("desde", db_default=Now())
    suspended_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="suspendida por"
    )
    reason = models.CharField("motivo", max_length=200)
    lifted_at = models.DateTimeField("levantada el", null=True, blank=True)
    lifted_by = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="levantada por",
    )
    lifted_because = models.CharField("por qué se levantó", max_length=200, blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = "suspensión"
        verbose_name_plural = "suspensiones"
        ordering = ("-id",)
        constraints = (
            clean("suspension_reasons_clean", lines=("reason", "lifted_because")),
            models.UniqueConstraint(
                "account",
                condition=Q(lifted_at__isnull=True),
                name="suspension_one_open_per_account",
                violation_error_message="Esa cuenta ya está suspendida.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="suspension_says_why",
                violation_error_message="Ingrese el motivo de la suspensión.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_because="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because=""),
                name="suspension_lifted_by_someone_for_a_reason",
                violation_error_message="Una suspensión levantada debe decir cuándo, quién y por qué.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("since")),
                name="suspension_lifted_after_it_starts",
                violation_error_message="Una suspensión debe levantarse después de empezar.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account}, desde {format_moment(self.since)}"


def can_log_in_q(path: str = "") -> Q:
    """`Account.can_log_in` as a condition on the account at `path` ("" on accounts themselves, else for example
    "account__").
    """
    entity = Q(**{f"{path}entity__isnull": True}) | Q(**{f"{path}entity__is_active": True})
    suspended = Exists(Suspension.objects.current().filter(account=OuterRef(f"{path}pk")))
    alive = Q(**{f"{path}person__deceased_on__isnull": True})
    return Q(**{f"{path}is_active": True}) & alive & entity & ~Q(suspended)


def accounts_of_oneself(person: Person | OuterRef) -> models.QuerySet[Account]:
    """Those of a person of which `Account.is_of_oneself` is true."""
    own = Q(entity=None) | Q(entity__kind=EntityKind.PPN)
    return Account.objects.filter(own, person=person, is_staff=False)


class StaffAccountManager(AccountManager):
    def get_queryset(self) -> models.QuerySet[Account]:
        """Only the accounts of the Ministry."""
        return super().get_queryset().filter(is_staff=True)


class StaffAccount(Account):
    """An account of the Ministry, for the admin's list of its people; everything else knows it as `Account`."""

    objects: ClassVar[StaffAccountManager] = StaffAccountManager()

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = "persona del Ministerio"
        verbose_name_plural = "personal del Ministerio"
