"""What is done while a registry is being loaded: can a role or a person slip past the load?"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from django.db import connection, transaction

from accounts.models import DeceasedEntry, Person
from entities.models import Association
from mipres_admin.refusals import Refused
from roles.actions.provider_networks import associate
from roles.actions.role_assignments import activate_user
from roles.matrix import Option
from tests.factories import make_delegate, make_entity, make_person, make_user
from tests.roles.registry_loads import Ministry, current_roles

pytestmark = pytest.mark.django_db(transaction=True)

WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""
LOADS = {
    "rethus": lambda ministry, user: ministry.rethus(),
    "deceased": lambda ministry, user: ministry.deceased(user.person),
    "civil": lambda ministry, user: ministry.civil(user.person),
    "reps": lambda ministry, user: ministry.reps(),
}


def somebody_waits():
    """Return as soon as a statement waits for a lock."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def in_a_thread(work):
    def run():
        try:
            return work()
        finally:
            connection.close()

    return run


@pytest.mark.parametrize("kind", LOADS)
def test_role_granted_while_the_load_runs_ends_with_it(kind, delegate, sede, tmp_path):
    ministry, user = Ministry(tmp_path), make_user()
    ministry.rethus(user)
    given, go_on = Event(), Event()

    def give():
        with transaction.atomic():
            activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=["Rol_Anulador"])
            given.set()
            go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        giving = pool.submit(in_a_thread(give))
        assert given.wait(10)
        loading = pool.submit(in_a_thread(lambda: LOADS[kind](ministry, user)))
        somebody_waits()
        go_on.set()
        giving.result(20)
        loading.result(20)
    assert current_roles(user) == []


def test_association_made_while_a_load_of_deaths_runs_ends_with_it(tmp_path):
    ministry, person = Ministry(tmp_path), make_person()
    by, member = make_delegate(make_entity("EPS_C")), make_entity("PPN", nit=person.document_number)
    made, go_on = Event(), Event()

    def associate_slowly():
        with transaction.atomic():
            associate(by=by, members=[member])
            made.set()
            go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        associating = pool.submit(in_a_thread(associate_slowly))
        assert made.wait(10)
        loading = pool.submit(in_a_thread(lambda: ministry.deceased(person)))
        somebody_waits()
        go_on.set()
        associating.result(20)
        loading.result(20)
    assert Association.objects.ended().get().member == member


@pytest.mark.parametrize("kind", LOADS)
def test_role_requested_before_the_load_commits_is_refused(kind, delegate, sede, tmp_path):
    ministry, user = Ministry(tmp_path), make_user()
    ministry.rethus(user)
    loaded, go_on = Event(), Event()

    def load():
        with transaction.atomic():
            LOADS[kind](ministry, user)
            loaded.set()
            go_on.wait(10)

    def give():
        try:
            activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=["Rol_Anulador"])
        except Refused:
            return "refused"
        return "given"

    with ThreadPoolExecutor(2) as pool:
        loading = pool.submit(in_a_thread(load))
        assert loaded.wait(10)
        giving = pool.submit(in_a_thread(give))
        somebody_waits()
        go_on.set()
        loading.result(20)
        assert giving.result(20) == "refused"


def test_person_created_while_the_list_loads_is_deceased():
    written, go_on = Event(), Event()

    def load():
        with transaction.atomic():
            DeceasedEntry.objects.create(document_type="CC", document_number="1900000001", deceased_on=date(2026, 1, 1))
            written.set()
            go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        loading = pool.submit(in_a_thread(load))
        assert written.wait(10)
        coming = pool.submit(in_a_thread(lambda: make_person(document_number="1900000001")))
        somebody_waits()
        go_on.set()
        loading.result(20)
        coming.result(20)
    assert Person.objects.get().deceased_on == date(2026, 1, 1)
