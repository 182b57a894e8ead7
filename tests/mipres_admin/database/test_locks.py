"""Does a second action wait for a locked row, and read it as it is then? (mipres_admin.database.locks)"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from mipres_admin.database.locks import lock, lock_key, lock_rows
from mipres_admin.jobs.models import JobRun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run():
    return JobRun.objects.create(name="a job")


def elsewhere(action):
    """Do it on another connection, which waits for no lock."""

    def work():
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '100ms'")
                return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(20)


@pytest.mark.parametrize("how", [lock, lambda run: lock_rows(JobRun.objects.filter(pk=run.pk))])
def test_a_locked_row_makes_others_wait(run, how):
    with transaction.atomic():
        how(run)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(lambda: lock(run))
    assert elsewhere(lambda: lock(run)) == run


def test_a_locked_row_is_read_again(run):
    JobRun.objects.update(last_error="later")
    with transaction.atomic():
        assert lock(run).last_error == "later"


def test_rows_are_locked_in_the_order_of_their_keys(run):
    JobRun.objects.create(name="another")
    with transaction.atomic():
        assert [row.name for row in lock_rows(JobRun.objects.order_by("-name"))] == ["a job", "another"]


@pytest.mark.parametrize("key", [7_001, "ADMIPS900123456"])
def test_a_key_is_locked_by_one_and_shared_by_many(key):
    with transaction.atomic():
        lock_key(key, shared=True)
        elsewhere(lambda: lock_key(key, shared=True))
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(lambda: lock_key(key))


def test_with_no_key_others_may_refer_to_the_row(run):
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        lock(run, no_key=True)
    assert "FOR NO KEY UPDATE" in queries[0]["sql"]
