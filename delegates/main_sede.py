"""Which sede does a provider begin with? Its main record, with the next code PROV of the one global sequence."""

from django.db import connection
from django.db.models import Max

from accounts.models import Account
from entities.models import Entity, Municipality, Sede

# one number for everybody who takes a code, so that two never take the same
LOCK = 7_768_001
FIRST = 1


def _next_code() -> str:
    """Must run in the transaction that saves the code: the lock lasts until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = Sede.objects.filter(code__startswith="PROV").aggregate(last=Max("code"))["last"]
    return f"PROV{int(last.removeprefix('PROV')) + 1 if last else FIRST:06}"


def create_main_sede(
    *, entity: Entity, name: str, municipality: Municipality, address: str, phone: str, by: Account
) -> Sede:
    """The main sede of a provider, made once: the one it has, when it has any."""
    return entity.sedes.order_by("pk").first() or Sede.objects.create(
        entity=entity, code=_next_code(), name=name, municipality=municipality, address=address, phone=phone
    )
