"""How is Activar Usuarios driven without a browser? Find, associate, change."""

from typing import Any

from django.test import Client
from django.urls import reverse

from entities.models import Entity, Sede
from roles.models import RegisteredUser, RoleAssignment
from tests.factories import make_delegate, make_entity


def find(client: Client, user: RegisteredUser, option: str = "profesional") -> Any:
    person = user.person
    data = {"option": option, "document_type": person.document_type, "document_number": person.document_number}
    return client.post(reverse("activate_user"), data, follow=True)


def associate(client: Client, user: RegisteredUser, sede: Sede | str, *roles: str, **extra: str) -> Any:
    data = {"option": "profesional", "sede": getattr(sede, "code", sede), "roles": roles} | extra
    return client.post(reverse("associate_user", args=[user.public_id]), data, follow=True)


def save_roles(
    client: Client, user: RegisteredUser, sede: Sede, roles: Any, expected: Any, name: str = "update_user_roles"
) -> Any:
    data = {"option": "profesional", "sede": sede.code, "roles": roles, "expected_roles": " ".join(expected)}
    return client.post(reverse(name, args=[user.public_id]), data, follow=True)


def roles_now() -> set[str]:
    return set(RoleAssignment.objects.current().values_list("role", flat=True))


def client_of(kind: str, **fields: Any) -> tuple[Client, Entity]:
    entity = make_entity(kind, **fields)
    client = Client()
    client.force_login(make_delegate(entity))
    return client, entity
