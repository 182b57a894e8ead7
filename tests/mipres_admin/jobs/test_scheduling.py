"""Are periodic jobs done when they are due, once, and again after they failed? (mipres_admin.jobs.scheduling)"""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone

from mipres_admin.jobs import scheduling
from mipres_admin.jobs.models import JobRun

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def done(monkeypatch):
    """One job, which writes down that it was done."""
    monkeypatch.setattr(scheduling, "_jobs", {})
    done = []
    scheduling.register(scheduling.Job("a job", DAY, lambda: done.append(1)))
    return done


def due_again():
    JobRun.objects.update(due_at=Now() - timedelta(seconds=1))


def test_a_new_job_is_done_at_once_and_then_when_it_is_due_again(done):
    scheduling.run_due()
    scheduling.run_due()
    assert len(done) == 1
    due_again()
    scheduling.run_due()
    assert len(done) == 2


def test_the_next_time_is_one_interval_later(done):
    scheduling.run_due()
    run = JobRun.objects.get()
    assert run.due_at - run.last_run_at == DAY


def test_a_job_that_fails_is_undone_told_without_its_text_and_tried_again_soon(done, caplog):
    def fail():
        JobRun.objects.create(name="a trace")
        raise ValueError("ana@correo.example")

    scheduling.register(scheduling.Job("failing", DAY, fail))
    assert scheduling.run_due() == 1
    run = JobRun.objects.get(name="failing")
    assert not JobRun.objects.filter(name="a trace").exists()
    assert run.last_error == "ValueError"
    assert run.due_at < timezone.now() + timedelta(minutes=11)


def test_a_name_is_given_once(done):
    with pytest.raises(ValueError, match="a job"):
        scheduling.register(scheduling.Job("a job", DAY, print))


def test_a_job_of_the_future_leaves_its_time_alone(done):
    JobRun.objects.create(name="a job", due_at=Now() + DAY)
    assert scheduling.run_due() == 0


def test_told_to_stop_it_begins_no_job(done):
    scheduling.run_due(stop=lambda: True)
    assert not done


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_do_one_job_at_once(done, monkeypatch):
    monkeypatch.setattr(scheduling, "_jobs", {})
    begun, finish, times = Event(), Event(), []

    def slow():
        times.append(1)
        begun.set()
        finish.wait(10)

    scheduling.register(scheduling.Job("slow", DAY, slow))

    def worker():
        try:
            scheduling.run_due()
        finally:
            connections.close_all()

    one = Thread(target=worker)
    one.start()
    begun.wait(10)
    assert scheduling.run_due() == 0
    finish.set()
    one.join(10)
    assert times == [1]


def test_the_portals_own_jobs_run():
    scheduling.run_due()
    assert not JobRun.objects.exclude(last_error="").exists()
    assert set(JobRun.objects.values_list("name", flat=True)) >= {
        "Borrar correos enviados y abandonados",
        "Terminar vistas como delegado",
    }
