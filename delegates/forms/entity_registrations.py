"""Which fields have the registration of an entity, with its RUT, and its review? How are mistakes worded?"""

from typing import Any

from django import forms
from django.db.models import F
from django.utils import timezone

from accounts.forms.documents import NitField
from accounts.models import Account
from delegates.actions.entity_registrations import CheckedRut
from delegates.models import (
    MAX_RUT_BYTES,
    EntityRegistration,
    RegistrationKind,
    Representation,
    RutDocument,
    person_of,
)
from delegates.rules.entity_registrations import EntityDetails
from delegates.rut.rules import ExpectedContents, Rule, Verdict, check_rut, hard_failures, read_rut
from entities.forms.sedes import SedeForm
from entities.models import Entity, EtModel
from mipres_admin.antivirus import refuse_malware
from mipres_admin.backoffice.forms import decision_reason
from mipres_admin.formatting import format_day
from mipres_admin.forms import file_field, hidden
from mipres_admin.reading.identifiers import NotRead, check_digit, read_nit
from mipres_admin.refusals import Refused

REGIMENES = [("contributivo", "Contributivo"), ("subsidiado", "Subsidiado")]
UPLOAD = "Elija el PDF del RUT."


def _line(label: str, subject: str, max_length: int, **kwargs: Any) -> Any:
    """A CharField; `subject` begins its messages, for example "La dirección"."""
    return forms.CharField(
        label=label,
        max_length=max_length,
        error_messages={
            "required": f"Ingrese {subject[0].lower()}{subject[1:]}.",
            "max_length": f"{subject} debe tener máximo {max_length} letras.",
        },
        **kwargs,
    )


class RegistrationForm(SedeForm):
    """The registration of an entity of one kind, with its RUT, which a correction may leave as it is.

    `stored_rut` is one that the portal has already, and that serves when no other is chosen. The contact details are
    those that a main sede gets.
    """

    nit = NitField(
        label="NIT sin dígito de verificación",
        missing="Ingrese el NIT.",
        help_text="Por ejemplo 900123456. El dígito de verificación lo calcula el portal.",
        **{"data-nit": ""},
    )
    name = _line("Razón social", "La razón social", 300, help_text="Como está en la casilla 35 del RUT.")
    regimenes = forms.MultipleChoiceField(
        label="Regímenes en que opera",
        choices=REGIMENES,
        widget=forms.CheckboxSelectMultiple,
        help_text="Si tiene los dos, marque ambos: cada régimen tendrá su propio delegado. Una entidad adaptada u otra "
        "obligada a compensar (EOC) marca Contributivo.",
        error_messages={
            "required": "Marque al menos un régimen.",
            "invalid_choice": "El régimen debe ser Contributivo o Subsidiado.",
        },
    )
    et_model = forms.TypedChoiceField(
        label="Tipo de Modelo Prestación de Servicios NO PBSUPC",
        choices=EtModel,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Elija el modelo 1 o el modelo 2.", "invalid_choice": "El modelo debe ser 1 o 2."},
    )
    address = _line("Dirección", "La dirección", 300)
    phone = _line("Teléfono", "El teléfono", 60, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    rut = file_field(
        "RUT",
        ".pdf,application/pdf",
        "El PDF completo que entrega la DIAN, de hace máximo un año y de máximo 1 MB.",
        missing=UPLOAD,
        empty="Elija el PDF del RUT.",
    )
    field_order = ("nit", "name", "regimenes", "et_model", "department", "municipality", "address", "phone", "rut")
    checked_rut: CheckedRut

    def __init__(
        self,
        *args: Any,
        kind: str,
        applicant: Account,
        registration: EntityRegistration | None = None,
        stored_rut: RutDocument | None = None,
        **kwargs: Any,
    ) -> None:
        if registration is not None:
            kwargs["initial"] = self._initial(registration) | kwargs.get("initial", {})
            stored_rut = registration.documents.first()
        super().__init__(*args, **kwargs)
        self.kind, self.applicant, self.registration, self.stored_rut = kind, applicant, registration, stored_rut
        if kind != RegistrationKind.EPS:
            del self.fields["regimenes"]
        if kind != RegistrationKind.ET:
            del self.fields["et_model"]
        if stored_rut is not None:
            self.fields["rut"].required = False
            self.fields["rut"].help_text = "Si no elige otro archivo, se conserva el que cargó."

    @staticmethod
    def _initial(registration: EntityRegistration) -> dict[str, Any]:
        names = ("nit", "name", "et_model", "address", "phone")
        return {name: getattr(registration, name) for name in names} | {
            "regimenes": [name for name, _ in REGIMENES if getattr(registration, name)],
            "department": registration.municipality_id[:2],
            "municipality": registration.municipality_id,
        }

    @property
    def check_digit(self) -> str:
        """The check digit of the NIT that was typed, or ""."""
        try:
            return check_digit(read_nit(self["nit"].value() or ""))
        except NotRead:
            return ""

    def clean_name(self) -> str:
        """A razón social with some letters."""
        name = str(self.cleaned_data["name"])
        if not any(letter.isalpha() for letter in name):
            raise forms.ValidationError("La razón social debe tener letras, por ejemplo Clínica del Río S.A.S.")
        return name

    def clean_rut(self) -> Any:
        """A file that is too large is not read."""
        file = self.cleaned_data["rut"]
        if file and file.size > MAX_RUT_BYTES:
            raise forms.ValidationError(
                "El archivo debe pesar máximo 1 MB. Descárguelo de nuevo de la DIAN, sin escanearlo."
            )
        return file

    def clean(self) -> None:
        """Once there are no errors, the RUT is checked: `checked_rut` is set."""
        super().clean()
        if not self.errors:
            self._check_rut()

    def _check_rut(self) -> None:
        file, person = self.cleaned_data["rut"], person_of(self.applicant)
        content = file.read() if file else bytes(self.stored_rut.content) if self.stored_rut else b""
        expected = ExpectedContents(
            self.cleaned_data["nit"], self.cleaned_data["name"], person.document_type, person.document_number
        )
        try:
            refuse_malware(content if file else b"")
            reading = read_rut(content)
        except Refused as refused:
            raise forms.ValidationError(f"{refused.refusal.cause} {refused.refusal.remedy}") from refused
        checks = check_rut(content, reading, expected, timezone.localdate())
        for failure in hard_failures(checks):
            self.add_error("rut", failure.detail)
        kept = None if self.registration else content
        self.checked_rut = CheckedRut(reading.copy if file else kept, checks)

    @property
    def entity_details(self) -> EntityDetails:
        """What was typed, in a valid form."""
        data = self.cleaned_data
        return EntityDetails(
            kind=self.kind,
            nit=data["nit"],
            name=data["name"],
            municipality_id=data["municipality"],
            address=data["address"],
            phone=data["phone"],
            contributivo="contributivo" in data.get("regimenes", ()),
            subsidiado="subsidiado" in data.get("regimenes", ()),
            et_model=data.get("et_model"),
        )


class ProviderRoleForm(RegistrationForm):
    """The rol proveedor/dispensador of an IPS that the applicant represents: the Proveedor with its NIT.

    NIT and razón social are those of the IPS, whatever was sent. The RUT with which it was registered, or the one of
    the request that is corrected, serves while it is of the last year.
    """

    def __init__(self, *args: Any, ips: Entity, applicant: Account, **kwargs: Any) -> None:
        self.ips = ips
        represented = Representation.objects.current().filter(entity=ips, person=applicant.person)
        approved = EntityRegistration.objects.filter(representations__in=represented).first()
        initial: dict[str, Any] = {}
        if kwargs.get("registration") is None:
            initial = self._initial(approved) if approved else self._of_reps(ips)
        super().__init__(
            *args,
            kind=RegistrationKind.PROVEEDOR,
            applicant=applicant,
            stored_rut=approved.documents.first() if approved else None,
            initial=initial | {"nit": ips.nit, "name": ips.name},
            **kwargs,
        )
        for name in ("nit", "name"):
            self.fields[name].disabled, self.fields[name].help_text = True, ""
        if self.stored_rut:
            self.fields["rut"].help_text = (
                f"El que cargó el {format_day(self.stored_rut.uploaded_at)} sirve si es de hace máximo un año; si no, "
                "elija uno nuevo."
            )

    @staticmethod
    def _of_reps(ips: Entity) -> dict[str, Any]:
        sede = ips.sedes.order_by(F("closed_on").asc(nulls_first=True), "code").first()
        return SedeForm.initial_of(sede) if sede else {}

    def _check_rut(self) -> None:
        super()._check_rut()
        recent = next(check for check in self.checked_rut.checks if check.rule == Rule.RECENT)
        if not self.cleaned_data["rut"] and recent.verdict != Verdict.MET:
            self.add_error("rut", f"El RUT que cargó ya no sirve. {recent.detail}")


class ReviewForm(forms.Form):
    """A reviewer's decision: the last step on their page, and the reason."""

    expected_step = hidden(
        forms.IntegerField, "La página llegó incompleta: ábrala de nuevo y repita la operación.", min_value=1
    )
    reason = decision_reason(
        "La persona lo lee en su solicitud y en su correo. Al aprobar, escriba qué comprobó, por ejemplo «El RUT y el "
        "representante legal coinciden con el RUES».",
        "Ingrese el motivo: la persona lo lee.",
    )
