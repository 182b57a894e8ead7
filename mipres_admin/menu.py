"""Which items does the menu offer? The manual's, in its order; each shows to those whom its view admits."""

from dataclasses import dataclass
from typing import Any

from django.urls import resolve, reverse

from mipres_admin.access import declared


@dataclass(frozen=True)
class Item:
    """One item: the url name of its view, the manual's words, and one line that says what it is for."""

    url_name: str
    label: str
    hint: str
    icon: str
    # of a page that anybody may open, but that is only a natural person's business
    only_persons: bool = False

    @property
    def url(self) -> str:
        """The item's address."""
        return reverse(self.url_name)

    def is_for(self, user: Any) -> bool:
        """Whether the view behind the item admits this user."""
        access = declared(resolve(self.url).func)
        if self.only_persons and not user.is_natural_person:
            return False
        return access is not None and access.admits(user)


MENU = (
    Item("tokens", "Generar Token", "Dé a sus sistemas acceso a los servicios web de MIPRES.", "token"),
    Item("activate_user", "Activar Usuarios", "Busque a una persona por su documento y asígnele roles.", "user-plus"),
    Item("users", "Consultar Usuarios", "Vea quién tiene qué rol y en qué sede; descargue el Excel.", "users"),
    Item("associate_entities", "Asociar Entidades", "Busque entidades y agréguelas a su red, o retírelas.", "network"),
    Item("entities", "Consultar Entidades", "Vea su red, desde cuándo la tiene, y descargue el Excel.", "building"),
    Item("create_sede", "Crear Sede Proveedor", "Cree una sede que no está en el REPS o tiene otro NIT.", "map-pin"),
    Item("sedes", "Consultar Sedes Proveedor", "Busque, edite, deshabilite o habilite sus sedes.", "building"),
    Item("memberships", "Redes a las que pertenece", "Vea quién tiene su entidad en su red y desde cuándo.", "network"),
    Item("history", "Historia", "Vea qué se hizo en su entidad, quién y cuándo; descargue el Excel.", "file"),
    Item("my_data", "Mis datos", "Vea, corrija y descargue lo que el portal sabe de usted.", "user"),
    Item(
        "registration",
        "Registro de Usuarios de MIPRES",
        "Regístrese como delegado, profesional, SSO u otro usuario.",
        "user-plus",
        only_persons=True,
    ),
    Item(
        "my_entities",
        "Personas jurídicas",
        "Registre la entidad que usted representa y administre sus autorizados.",
        "building",
    ),
    Item("change_password", "Cambiar Contraseña", "Cambie la contraseña de su cuenta.", "key"),
    Item("security", "Seguridad de la cuenta", "Su segundo factor, sus códigos y sus sesiones abiertas.", "shield"),
)


def menu_for(user: Any) -> list[Item]:
    """The items that this user's menu shows."""
    return [item for item in MENU if item.is_for(user)]
