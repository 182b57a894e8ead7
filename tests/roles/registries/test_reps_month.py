"""Does a month of REPS with mergers, other codes and spoilt ones tell the truth, and is it undone?"""

from datetime import date

import pytest
from django.db import connection

from demo.synthetic_reps import Inventor, next_month, write
from entities.models import Sede
from registries.loading.undo import undo_load
from registries.models import RegistryLoad
from registries.registry import get_registry
from roles.models import RoleAssignment, RoleEnding
from tests.factories import make_assignment, make_user
from tests.registries.registry_pages import contents
from tests.registry_files import load

pytestmark = pytest.mark.django_db
TABLES = ("entities_entity", "entities_sede", "entities_association", "delegates_appointment", "roles_roleassignment")


@pytest.fixture
def march():
    return Inventor(1, date(2026, 3, 12)).rows(400)


def test_month_tells_the_truth_and_is_undone(march, ministry, tmp_path):
    month = next_month(march, 1, mergers=5, renumbered=20, spoilt=6)
    write(tmp_path / "march.csv", march)
    write(tmp_path / "april.csv", month.rows)
    load("import_reps", tmp_path / "march.csv")
    users = [make_user() for _ in range(3)]
    for user, codes in zip(users, (month.merged, month.renumbered, month.spoilt), strict=True):
        make_assignment(
            user, Sede.objects.filter(code__in=codes, entity__kind="IPS").earliest("code"), "Rol_Anulador", ministry
        )
    before = contents(*TABLES)
    load("import_reps", tmp_path / "april.csv", allow_closing=True)
    april = RegistryLoad.objects.latest("pk")
    counts = {name: april.counts.get(name, 0) for name in ("transferred", "closed", "new", "rejected")}
    assert counts == {
        "transferred": len(month.merged),
        "closed": len(month.renumbered),
        "new": len(month.renumbered),
        "rejected": len(month.spoilt),
    }
    assert dict(RoleEnding.objects.values_list("assignment__user", "cause")) == {
        users[0].pk: "transfer",
        users[1].pk: "sede",
    }
    assert set(Sede.objects.closed().values_list("code", flat=True)) == month.renumbered
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    undo_load(get_registry("reps")(), april)
    assert contents(*TABLES) == before
    assert RoleAssignment.objects.current().count() == 3
