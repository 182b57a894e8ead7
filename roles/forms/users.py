"""Which forms find, activate and list users, and how is a mistake worded?"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator

from accounts.forms.documents import CHOOSE, DocumentForm
from entities.models import Entity, Sede, SedeQuerySet
from entities.rules.sedes import foreign_sede
from mipres_admin.forms import ActionForm, DayField, hidden, optional_choice, optional_words, set_choices, wording
from roles.matrix import MEANINGS, Option, Role, options_for
from roles.rules import Activation
from roles.validity import Validity

# a role that should never end has no last day; a year like 9999 is a slip, and the day after it does not exist
LAST_DAY_OF_ALL = date(2999, 12, 31)


class FindUserForm(DocumentForm):
    """Aplicación, option and document: the search of "Activar Usuarios" (manual v4.1 §11.2)."""

    option = forms.ChoiceField(
        label="Opción",
        widget=forms.RadioSelect,
        error_messages=wording("Elija una opción.", "La opción debe ser una de las que muestra la página."),
    )
    field_order = ("option", "document_type", "document_number")

    def __init__(self, *args: Any, entity: Entity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = options_for(entity.kind)
        set_choices(self, "option", ((option.value, option.label) for option in options))
        if len(options) == 1:
            self.fields["option"].initial = options[0].value


class RoleBoxes(forms.CheckboxSelectMultiple):
    """Tick boxes of roles, each with its code, Spanish name and one line of meaning."""

    template_name = "components/role_boxes.html"
    option_template_name = "components/role_box.html"

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        role = Role(str(value))
        return option | {"role_name": role.label, "meaning": MEANINGS[role]}


class RolesField(forms.MultipleChoiceField):
    """Some of the roles that are offered; the error names any other."""

    def __init__(self, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(
            label="Rol(es)",
            choices=[(role.value, role.value) for role in roles],
            widget=RoleBoxes,
            error_messages=wording(
                "Marque al menos un rol.",
                "No puede asignar el rol %(value)s a esta persona. Elija entre los que se muestran.",
            ),
            **kwargs,
        )

    def validate(self, value: list[str]) -> None:
        """Name a role that is refused, but never repeat text that is no role."""
        super().validate([name if name in Role.values else "elegido" for name in value])


def day_field(label: str, help_text: str) -> DayField:
    """An optional day."""
    return DayField(
        label,
        required=False,
        help_text=help_text,
        validators=[MaxValueValidator(LAST_DAY_OF_ALL, f"«{label}» debe ser una fecha hasta el {LAST_DAY_OF_ALL}.")],
        error_messages=wording(wrong=f"«{label}» debe ser una fecha, por ejemplo 2026-12-31."),
    )


class SedeSearchForm(forms.Form):
    """Words or a code by which the delegate looks for one of the entity's sedes; blank lists them."""

    entidad = optional_words(
        "Entidad",
        "Código o nombre de la sede; las tildes, los signos y las mayúsculas no importan.",
        "La búsqueda",
        type="search",
        autocomplete="off",
    )


def sede_label(sede: Sede) -> str:
    """A sede in a list of its entity: code, name, address, municipality."""
    address = ", ".join(part for part in (sede.address, str(sede.municipality or "")) if part)
    return f"{sede.code} · {sede.name}" + (f" · {address}" if address else "")


class SedeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """One of the sedes of the delegate's own entity, by its code."""

    def __init__(self, queryset: SedeQuerySet, **kwargs: Any) -> None:
        super().__init__(
            queryset=queryset,
            to_field_name="code",
            error_messages=wording("Elija la sede.", "La sede elegida no es de su entidad. Elija una de la lista."),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "invalid_choice":
                raise
            code = str(value)
            exists = Sede.objects.filter(code=code).exists()
            raise ValidationError(f"{foreign_sede(code, exists=exists)} Elija una de la lista.", error.code) from error


class ActivationForm(ActionForm):
    """The fields of every form of one user; a valid one has what its action takes."""

    lost = "La página llegó incompleta: ábrala de nuevo y repita el cambio."
    # the option under which the page was opened
    option = hidden(forms.ChoiceField, lost, choices=Option)

    def __init__(self, *args: Any, activation: Activation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["option"].initial = activation.option
        # all sedes of the entity are valid, also those that the page does not offer
        self.fields["sede"] = SedeField(Sede.objects.visible_to(activation.entity), widget=forms.HiddenInput)


class AssociateForm(ActivationForm):
    """The sede and the roles of "Asociar Usuario"."""

    def __init__(self, *args: Any, activation: Activation, **kwargs: Any) -> None:
        super().__init__(*args, activation=activation, **kwargs)
        sedes = Sede.objects.visible_to(activation.entity)
        self.fields["sede"] = SedeField(sedes, label="Sede", empty_label=None, widget=forms.RadioSelect)
        self.fields["roles"] = RolesField(activation.allowed_roles)
        self.fields["first"] = day_field("Desde", "En blanco: desde ahora.")
        self.fields["last"] = day_field("Hasta", "Último día, incluido. En blanco: sin fecha final.")

    def offer(self, sedes: Iterable[Sede]) -> None:
        """Show these sedes to choose from."""
        self.fields["sede"].widget = forms.RadioSelect(choices=[(sede.code, sede_label(sede)) for sede in sedes])

    def clean(self) -> dict[str, Any]:
        """Make the two days one validity."""
        cleaned = super().clean() or {}
        return cleaned | {"validity": Validity(cleaned.pop("first", None), cleaned.pop("last", None))}


class UpdateRolesForm(ActivationForm):
    """The roles that stay at one sede, and those that the page showed."""

    expected_roles = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args: Any, activation: Activation, roles: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, activation=activation, **kwargs)
        roles = self.data.get("expected_roles", "")[:500].split() if self.is_bound else list(roles)
        self.fields["expected_roles"].initial = " ".join(roles)
        offered = [role for role in Role if role in activation.allowed_roles or role in roles]
        self.fields["roles"] = RolesField(offered, required=False, initial=roles)

    def clean_expected_roles(self) -> set[str]:
        """The roles that the page showed."""
        return set(self.cleaned_data["expected_roles"].split())


class DeactivateForm(UpdateRolesForm):
    """The confirmation of "Desactivar Usuario"."""

    def clean_roles(self) -> list[str]:
        """No role stays."""
        return []


class LastDayForm(ActivationForm):
    """One of the roles at one sede, and its new last day."""

    role = forms.ChoiceField(
        label="Rol",
        choices=[(role.value, role.value) for role in Role],
        error_messages=wording("Elija el rol.", "El rol debe ser uno de los que tiene activos."),
    )
    last = day_field("Hasta", "Último día, incluido. En blanco: sin fecha final.")

    def __init__(self, *args: Any, activation: Activation, roles: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, activation=activation, **kwargs)
        if roles:
            set_choices(self, "role", ((name, name) for name in roles))


class UsersFilterForm(forms.Form):
    """The filters of "Consultar Usuarios" (manual v4.1 §11.3); all are optional."""

    rol = optional_choice(
        "Rol", "El rol debe ser uno de la lista.", [("", CHOOSE), *((role.value, role.value) for role in Role)]
    )
    entidad = optional_words("Entidad", "Código o nombre de la sede.", "La entidad")
    estado = optional_choice(
        "Estado",
        "El estado debe ser uno de la lista.",
        [
            ("", "Activos"),
            ("vencen", "Vencen en 30 días"),
            ("por-empezar", "Por empezar"),
            ("terminados", "Terminados"),
            ("todos", "Todos"),
        ],
    )
    criterio = optional_words(
        "Otro criterio de búsqueda", "Nombres, documento, usuario o registro profesional.", "El criterio"
    )
    # stands in the address for a criterion that the session keeps, which may be a document
    busqueda = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.pop("busqueda", "") and not self.data.get("criterio"):
            self.add_error("criterio", "Escriba de nuevo el criterio de búsqueda, que no se guarda después de salir.")
        return cleaned
