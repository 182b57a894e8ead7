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

    @property
    def url(self) -> str:
        """The item's address."""
        return reverse(self.url_name)

    def is_for(self, user: Any) -> bool:
        """Whether the view behind the item admits this user."""
        access = declared(resolve(self.url).func)
        return access is not None and access.admits(user)


MENU = (
    Item("activate_user", "Activar Usuarios", "Busque a una persona por su documento y asígnele roles.", "user-plus"),
    Item("users", "Consultar Usuarios", "Vea quién tiene qué rol y en qué sede; descargue el Excel.", "users"),
    Item("change_password", "Cambiar Contraseña", "Cambie la contraseña de su cuenta.", "key"),
    Item("security", "Seguridad de la cuenta", "Su segundo factor, sus códigos y sus sesiones abiertas.", "shield"),
)


def menu_for(user: Any) -> list[Item]:
    """The items that this user's menu shows."""
    return [item for item in MENU if item.is_for(user)]
