"""How much do Asociar and Consultar Entidades cost over their own SQL? `uv run python -m bench.search_entities`.

Everything happens in a database of its own, made and dropped here: an invented REPS of 100,000 sedes through
`import_reps`, two thousand Proveedores with three sedes each, and an EPS with six thousand entities in its network
([--sedes 100000] [--repeats 15]). For every search: see `bench.pages`. Exits with 1 where a page costs more than 1.5
times its SQL and rendering, or sends more than 12 statements.
"""

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from accounts.models import Account, Person
from bench.pages import Query, Screen, compare
from demo.synthetic_reps import Inventor, write
from entities.models import Association, Entity, EntityKind, Sede
from entities.registries.reps import Reps
from registries.loading.loader import Options, load_file
from roles.views import provider_networks as views

ASSOCIATE, ENTITIES = Screen(views, "associate_entities"), Screen(views, "entities")
PROVIDERS, SEDES_EACH, NETWORK = 2_000, 3, 6_000


def fill(sedes: int) -> Account:
    """The country, and the delegate of an EPS with a large network."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reps.csv"
        write(file, Inventor(seed=1, snapshot_date=date(2026, 3, 31)).rows(sedes))
        load_file(Reps(), file, Options(), lambda rows, done: None)
    providers = Entity.objects.bulk_create(
        Entity(kind=EntityKind.PROVEEDOR, nit=f"98{n:07}", name=f"DROGUERÍA Y SUMINISTROS {n % 400} S.A.S.")
        for n in range(PROVIDERS)
    )
    Sede.objects.bulk_create(
        Sede(entity=entity, code=f"PROV{number * SEDES_EACH + k:06}", name=f"{entity} {k}", municipality_id="11001")
        for number, entity in enumerate(providers)
        for k in range(SEDES_EACH)
    )
    eps = Entity.objects.create(kind=EntityKind.EPS_C, nit="999999999", name="EPS", eps_code="EPS999")
    members = Entity.objects.filter(kind__in=(EntityKind.IPS, EntityKind.PROFESIONAL_INDEPENDIENTE)).order_by("nit")
    network = [*providers[: NETWORK // 6], *members[: NETWORK - NETWORK // 6]]
    Association.objects.bulk_create(Association(owner=eps, member=member) for member in network)
    person = Person.objects.create(
        document_type="CC", document_number="1999999999", first_name="A", first_surname="B", verified_how="ministerio"
    )
    account = Account.objects.create_user("ADMEPS999999999", entity=eps, person=person)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return account


def searches() -> dict[str, Query]:
    """What people type into Asociar Entidades, with answers in this country."""
    ips = Entity.objects.filter(kind=EntityKind.IPS).order_by("nit")[1_000]
    person = Entity.objects.filter(kind=EntityKind.PROFESIONAL_INDEPENDIENTE).order_by("nit")[1_000]
    sede = ips.sedes.order_by("-code")[0].code
    words = " ".join(reversed(ips.name.split()[:3]))
    return {
        "IPS, one common word": {"tipo": "IPS", "criterio": "clinica"},
        "IPS, words of the name": {"tipo": "IPS", "criterio": words},
        "IPS, words and number": {"tipo": "IPS", "criterio": f"{words} {ips.name.split()[-2]}"},
        "IPS, código habilitación": {"tipo": "IPS", "criterio": sede},
        "IPS, prestador (10 digits)": {"tipo": "IPS", "criterio": sede[:10]},
        "IPS, municipality (11001)": {"tipo": "IPS", "criterio": "11001"},
        "IPS, NIT": {"tipo": "IPS", "criterio": ips.nit},
        "IPS, word of two letters": {"tipo": "IPS", "criterio": "clinica la"},
        "IPS, nobody": {"tipo": "IPS", "criterio": "zzyzx"},
        "Proveedor, word": {"tipo": "PROV", "criterio": "drogueria"},
        "Proveedor, code": {"tipo": "PROV", "criterio": "PROV001234"},
        "professional, surname": {"tipo": "PI", "criterio": person.name.split()[-1]},
        "professional, full name": {"tipo": "PI", "criterio": person.name},
        "professional, document": {"tipo": "PI", "criterio": person.nit},
    }


def filters(account: Account) -> dict[str, Query]:
    """What people filter in Consultar Entidades."""
    assert account.entity is not None
    listed = Association.objects.of(account.entity).listed()
    middle = listed[NETWORK // 2]
    return {
        "first page": {},
        "deep page": {"despues": str(listed[NETWORK * 9 // 10].pk)},
        "tipo": {"tipo": "IPS"},
        "todas": {"estado": "todas"},
        "terminadas": {"estado": "terminadas"},
        "criterio, word": {"criterio": middle.member.name.split()[0]},
        "criterio, code": {"criterio": middle.code},  # type: ignore[attr-defined]  # annotated
        "criterio, NIT": {"criterio": middle.member.nit},
        "tipo and criterio": {"tipo": "PROV", "criterio": "drogueria"},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sedes", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        account = fill(options.sedes)
        title = f"{Sede.objects.count()} sedes of {Entity.objects.count()} entities"
        good = compare(ASSOCIATE, account.pk, f"Asociar Entidades, {title}", searches(), options.repeats)
        title = f"Consultar Entidades, {NETWORK} in the network"
        good = compare(ENTITIES, account.pk, title, filters(account), options.repeats) and good
    finally:
        teardown_databases(made, verbosity=0)
    sys.exit(not good)


if __name__ == "__main__":
    main()
