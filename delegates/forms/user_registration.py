"""What does a person type in "Registrar usuario" of MIPRES, and how are mistakes worded? (route for ET, 2020)"""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.forms.captcha import CaptchaForm
from accounts.forms.documents import CHOOSE
from accounts.forms.login import ShownField
from accounts.models import Person
from delegates.rules.user_registration import Enrolment
from entities.forms.sedes import SedeForm
from entities.models import EntityKind, EtModel

# the manual's list, in its order, and the natural person who supplies on his own
DELEGATE_ENTITY_KINDS = (
    EntityKind.IPS,
    EntityKind.EPS_C,
    EntityKind.EPS_S,
    EntityKind.ET,
    EntityKind.PROVEEDOR,
    EntityKind.PPN,
)


class EntityKindForm(forms.Form):
    """Tipo de entidad, which decides what else is asked."""

    tipo = forms.ChoiceField(
        label="Tipo de entidad",
        choices=[("", CHOOSE), *((kind.value, kind.label) for kind in DELEGATE_ENTITY_KINDS)],
        error_messages={
            "required": "Ingrese el tipo de entidad.",
            "invalid_choice": "El tipo de entidad debe ser uno de la lista.",
        },
    )


class OwnDocumentForm(CaptchaForm):
    """A form of whoever has logged in: it shows his document, which no request can change."""

    document_type = ShownField(label="Tipo identificación", required=False)
    document_number = ShownField(label="Número identificación", required=False)

    def __init__(self, *args: Any, person: Person, initial: Any = None, **kwargs: Any) -> None:
        shown = {"document_type": person.get_document_type_display(), "document_number": person.document_number}
        super().__init__(*args, initial={**(initial or {}), **shown}, **kwargs)
        self.person = person


class NitInput(forms.TextInput):
    """A NIT as people paste it: dots and spaces are forgiven."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace(".", "").replace(" ", "") if isinstance(value, str) else value


class DelegateForm(OwnDocumentForm):
    """Delegado Administrativo of an entity that a legal representative registered."""

    nit = forms.CharField(
        label="Nit de la entidad (sin dígito de verificación)",
        max_length=15,
        widget=NitInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        validators=[
            RegexValidator(
                r"\A[0-9]{6,10}\Z",
                "El NIT debe tener de 6 a 10 dígitos, sin puntos ni dígito de verificación, por ejemplo 900123456.",
            )
        ],
        error_messages={
            "required": "Ingrese el NIT de la entidad.",
            "max_length": "El NIT debe tener máximo 10 dígitos, por ejemplo 900123456.",
        },
    )
    field_order: tuple[str, ...] = ("nit", "document_type", "document_number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document_type"].label = "Tipo identificación delegado"
        self.fields["document_number"].label = "Número identificación delegado"


class TerritorialDelegateForm(DelegateForm):
    """Delegado Administrativo of a territorial entity, which says how it pays for what the UPC does not."""

    et_model = forms.TypedChoiceField(
        label="Tipo de Modelo Prestación de Servicios NO PBSUPC",
        choices=EtModel.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Elija el modelo de prestación de servicios NO PBSUPC.",
            "invalid_choice": "El modelo debe ser el 1 o el 2.",
        },
    )
    field_order = ("nit", "et_model", "document_type", "document_number")


class PpnForm(OwnDocumentForm, SedeForm):
    """Proveedor Persona Natural: where he supplies; his name and document are those of his account."""

    name = None  # type: ignore[assignment]  # the sede is called as the person
    field_order = ("document_type", "document_number", "phone", "address", "department", "municipality")


class EnrolmentForm(OwnDocumentForm):
    """Profesional de la salud, Servicio Social Obligatorio or Otro Usuario; the first two choose a profession."""

    def __init__(self, *args: Any, asked: Enrolment, **kwargs: Any) -> None:
        super().__init__(*args, person=asked.person, **kwargs)
        entries = asked.entries
        if not entries:
            return
        self.fields["profession"] = forms.ChoiceField(
            label="Profesión en ReTHUS",
            choices=[(e.profession_id, f"{e.profession}, registro {e.registry_number}") for e in entries],
            initial=entries[0].profession_id if len(entries) == 1 else None,
            widget=forms.RadioSelect,
            error_messages={
                "required": "Elija la profesión.",
                "invalid_choice": "La profesión debe ser una de las que tiene en ReTHUS.",
            },
        )
        self.order_fields(("document_type", "document_number", "profession"))
