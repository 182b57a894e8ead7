"""What does the portal do by itself? Apps register their periodic jobs and their long work in `AppConfig.ready()`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from mipres_admin.database import clock
from mipres_admin.jobs.models import JobRun
from mipres_admin.jobs.queue import run_next

logger = logging.getLogger(__name__)

AFTER_AN_ERROR = timedelta(minutes=10)


@dataclass(frozen=True)
class Job:
    """A function that the worker calls each time `every` has passed, in one transaction and one worker at a time.

    `name` never changes: the times of the job are stored under it. A job that raises is undone, recorded (only the
    kind of the error) and tried again after ten minutes, or after `every` when that is sooner.
    """

    name: str
    every: timedelta
    function: Callable[[], object]


_jobs: dict[str, Job] = {}


def register(*jobs: Job) -> None:
    """Have the worker do some jobs. Raises ValueError for a name that is registered already."""
    for job in jobs:
        if job.name in _jobs:
            raise ValueError(f"There is a job named {job.name}.")
        _jobs[job.name] = job


def names() -> list[str]:
    """The jobs of this version of the portal; the table may remember others."""
    return list(_jobs)


def _due_names() -> list[str]:
    """The names of the jobs that are due; a job that is new in the database is due at once."""
    rows = JobRun.objects.annotate(is_due=models.Q(due_at__lte=Now())).values_list("name", "is_due")
    due = dict(rows)
    new = [name for name in _jobs if name not in due]
    JobRun.objects.bulk_create([JobRun(name=name) for name in new], ignore_conflicts=True)
    return [name for name in _jobs if due.get(name, True)]


def _reschedule(run: JobRun, wait: timedelta, error: str = "") -> None:
    run.last_run_at, run.last_error = clock.now(), error
    run.due_at = run.last_run_at + wait
    run.save()


def _run(job: Job) -> bool:
    """Do the job if it is still due and no other worker is at it; whether it was done without error."""

    def work(run: JobRun) -> None:
        job.function()
        _reschedule(run, job.every)

    def failed(run: JobRun, error: Exception) -> None:
        logger.error("The job %s failed.", job.name, exc_info=error)
        _reschedule(run, min(job.every, AFTER_AN_ERROR), type(error).__name__)

    result = run_next(JobRun.objects.filter(name=job.name, due_at__lte=Now()), work, failed)
    return result is not None and result.is_done


def run_due(*, stop: Callable[[], bool] = lambda: False) -> int:
    """Do every job that is due, and return how many were done; `stop()` ends it between two jobs."""
    done = 0
    for name in _due_names():
        if stop():
            break
        done += _run(_jobs[name])
    return done


# ---------------------------------------------------------------- long work, beside the mail

Take = Callable[[Callable[[], bool]], bool]
_queues: dict[str, Take] = {}


def register_queue(*, name: str, take: Take) -> None:
    """Have the worker call `take(stop)` in a thread beside its mail, as long as there is something to do.

    It does one piece of work in its own transaction and says whether there was one; when `stop()` says so it ends soon,
    and leaves its work for another. Raises ValueError for a name that is taken.
    """
    if name in _queues:
        raise ValueError(f"There is a queue named {name}.")
    _queues[name] = take


def work_queues(*, stop: Callable[[], bool] = lambda: False) -> bool:
    """Do all that waits in the queues; whether all of it went well. What fails is written down."""
    good = True
    for name, take in _queues.items():
        try:
            while not stop() and take(stop):
                pass
        except Exception:
            logger.exception("The queue %s failed.", name)
            good = False
    return good
