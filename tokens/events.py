"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    TOKEN_ISSUED = "token.issued", "Token generado"
    TOKEN_REVOKED = "token.revoked", "Token revocado"
    CLIENT_CREATED = "client.created", "Servidor cliente creado"
    CLIENT_ENDED = "client.ended", "Servidor cliente retirado"
    KEYS_CREATED = "keys.created", "Llaves de firma creadas"
    KEYS_ROTATED = "keys.rotated", "Llaves de firma rotadas"


# the heading in a list of choices, by the part of the value before the point
GROUPS = {
    "token": "Tokens",
    "client": "Tokens",
    "keys": "Tokens",
}
REASON_REQUIRED = frozenset(
    {
        Event.TOKEN_REVOKED,
        Event.CLIENT_CREATED,
        Event.CLIENT_ENDED,
    }
)
# what the keys of `before` and `after` are called
LABELS = {
    "client_id": "Servidor cliente",
    "current": "Llave en uso",
    "ends_at": "Vale hasta",
    "issued_at": "Generado",
    "kid": "Llave",
    "next": "Llave siguiente",
    "retired": "Llaves retiradas",
    "revoked_at": "Revocado",
    "scope": "Alcance",
    "token": "Token",
    "replaced": "Tokens reemplazados",
}
