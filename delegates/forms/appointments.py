"""Which fields has Administrar autorizados, and how are mistakes worded?"""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from accounts.forms.documents import CHOOSE, DocumentNumberForm, document_number_field
from accounts.forms.person_fields import A_NAME
from accounts.models import DocumentType, Sex
from delegates.models import Appointment, AuthorizedProfile, AuthorizedRole
from delegates.rules.appointments import Authorization, Identity, kinds_of, version
from entities.models import Entity, EntityKind, Sede
from mipres_admin.forms import ActionForm, EmailField, set_choices
from roles.forms.users import SedeField, sede_label

IDENTITY = ("document_type", "document_number")
PLAIN = ("sex", "email", "first_name", "second_name", "first_surname", "second_surname")  # stored as they are typed


def _choice(label: str, choices: Any = (), *, subject: str = "", **kwargs: Any) -> forms.ChoiceField:
    subject = subject or label.lower()
    return forms.ChoiceField(
        label=label,
        choices=[("", CHOOSE), *choices],
        error_messages={
            "required": f"Ingrese el {subject}.",
            "invalid_choice": f"El {subject} debe ser uno de la lista.",
        },
        **kwargs,
    )


def _name(label: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=60,
        # it is printed in a mail to an address that the representative chooses
        validators=[RegexValidator(A_NAME, f"El {label.lower()} debe tener solo letras, por ejemplo María.")],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": f"Ingrese el {label.lower()}.",
            "max_length": f"El {label.lower()} debe tener máximo 60 letras.",
        },
    )


class AuthorizedForm(DocumentNumberForm):
    """The form of "Administrar autorizados", its fields in its order; the document only for a new person."""

    document_type = _choice("Tipo documento", DocumentType.choices, subject="tipo de documento")
    document_number = document_number_field("Número documento", "Ingrese el número de documento.")
    sex = _choice("Sexo", Sex.choices)
    email = EmailField(
        "Allí le llegan el aviso de que fue autorizado y, al delegado, el enlace para su contraseña.",
        autocomplete="off",
    )
    first_name = _name("Primer nombre", required=True)
    second_name = _name("Segundo nombre", required=False)
    first_surname = _name("Primer apellido", required=True)
    second_surname = _name("Segundo apellido", required=False)
    role = _choice("Rol autorizado")
    profile = _choice("Perfil autorizado", help_text="Para MIPRES elija «Delegado».")
    expected_version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, entity: Entity, appointment: Appointment | None = None, **kwargs: Any) -> None:
        if appointment is not None:
            kwargs["initial"] = self._initial(appointment)
        super().__init__(*args, **kwargs)
        self.entity = entity
        if appointment is not None:
            self.fields["email"].help_text = (
                "Si lo cambia, la cuenta de delegado pierde su contraseña y sus sesiones, y al correo nuevo llega un "
                "enlace para asignar otra."
            )
            for name in IDENTITY:
                del self.fields[name]
        self._set_role_choices()
        if entity.kind != EntityKind.ET:
            self._add_sede_field(appointment)

    @staticmethod
    def _initial(appointment: Appointment) -> dict[str, Any]:
        return {name: getattr(appointment, name) for name in PLAIN} | {
            "role": appointment.role_id,
            "profile": appointment.profile_id,
            "sede": appointment.sede and appointment.sede.code,
            "expected_version": version(appointment),
        }

    def _set_role_choices(self) -> None:
        """The roles of this kind of entity, and their profiles: those that all roles have, then the rest by role."""
        roles = list(AuthorizedRole.objects.filter(kinds__overlap=kinds_of(self.entity)).prefetch_related("profiles"))
        by_role = {role: set(role.profiles.all()) for role in roles}
        common: set[AuthorizedProfile] = set.intersection(*by_role.values()) if by_role else set()
        groups = {"Con cualquier rol": common} | {f"Con el rol {role}": by_role[role] - common for role in roles}
        choices = [
            (group, [(profile.pk, profile.name) for profile in sorted(profiles, key=str)])
            for group, profiles in groups.items()
            if profiles
        ]
        set_choices(self, "role", [("", CHOOSE), *((role.pk, role.name) for role in roles)])
        set_choices(self, "profile", [("", CHOOSE), *choices])

    def _add_sede_field(self, appointment: Appointment | None) -> None:
        own = Sede.objects.visible_to(self.entity)
        sedes = own.open()
        if appointment is not None and appointment.sede_id:
            sedes = sedes | own.filter(pk=appointment.sede_id)
        field = SedeField(sedes.select_related("municipality").order_by("name", "code"), label="Sede")
        field.label_from_instance = sede_label  # type: ignore[method-assign, assignment]
        field.empty_label = CHOOSE
        if sedes.count() == 1:
            field.initial = sedes.get().code
        self.fields["sede"] = field

    def clean(self) -> None:
        """The profile is one of the role's."""
        role, profile = self.cleaned_data.get("role"), self.cleaned_data.get("profile")
        if role and profile and not AuthorizedProfile.objects.filter(pk=profile, roles=role).exists():
            self.add_error("profile", "El perfil debe ser uno de los que la lista muestra para el rol elegido.")

    @property
    def identity(self) -> Identity:
        """The document, in a valid form for a new person."""
        return Identity(self.cleaned_data["document_type"], self.cleaned_data["document_number"])

    @property
    def authorization(self) -> Authorization:
        """What was typed apart from the document, in a valid form."""
        return Authorization(
            **{name: self.cleaned_data[name] for name in PLAIN},
            role=AuthorizedRole.objects.get(pk=self.cleaned_data["role"]),
            profile=AuthorizedProfile.objects.get(pk=self.cleaned_data["profile"]),
            sede=self.cleaned_data.get("sede"),
        )


class ChooseAuthorizedForm(forms.Form):
    """Which person of the list, and what to do: "Editar" or "Inactivar"."""

    autorizado = forms.UUIDField(
        error_messages=dict.fromkeys(("required", "invalid"), "Seleccione a una persona de la lista."),
    )
    accion = forms.ChoiceField(choices=[("editar", "Editar"), ("inactivar", "Inactivar")])


class EndAuthorizedForm(ActionForm):
    """The confirmation of "Inactivar", with the choice about tokens."""

    revoke_tokens = forms.BooleanField(
        label="Revocar también los tokens que la persona generó para la entidad",
        required=False,
        help_text="Los sistemas que usan esos tokens dejarán de conectarse a MIPRES de inmediato. Si no lo marca, "
        "siguen sirviendo hasta que venzan.",
    )
