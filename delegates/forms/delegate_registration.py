"""What does a person type to register in MIPRES as a delegate, and how are mistakes worded? (route for ET, 2020)"""

from typing import Any

from django import forms

from accounts.forms.documents import CHOOSE, NitField
from delegates.forms.self_registration import OwnDocumentForm
from entities.forms.sedes import SedeForm
from entities.models import EntityKind, EtModel

# the manual's list, in its order, and the Proveedor Persona Natural
DELEGATE_ENTITY_KINDS = (
    EntityKind.IPS,
    EntityKind.EPS_C,
    EntityKind.EPS_S,
    EntityKind.ET,
    EntityKind.PROVEEDOR,
    EntityKind.PPN,
)


class EntityKindForm(forms.Form):
    """Tipo de entidad, which decides the other fields."""

    tipo = forms.ChoiceField(
        label="Tipo de entidad",
        help_text="Una entidad adaptada u otra obligada a compensar (EOC) es EPS - Contributivo.",
        choices=[("", CHOOSE), *((kind.value, kind.label) for kind in DELEGATE_ENTITY_KINDS)],
        error_messages={
            "required": "Ingrese el tipo de entidad.",
            "invalid_choice": "El tipo de entidad debe ser uno de la lista.",
        },
    )


class DelegateForm(OwnDocumentForm):
    """Delegado Administrativo of an entity that a legal representative registered."""

    nit = NitField(label="Nit de la entidad (sin dígito de verificación)", missing="Ingrese el NIT de la entidad.")
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
    """Proveedor Persona Natural: where they supply; name and document are those of the account."""

    name = None  # type: ignore[assignment]  # the sede has the name of the person
    field_order = ("document_type", "document_number", "phone", "address", "department", "municipality")
