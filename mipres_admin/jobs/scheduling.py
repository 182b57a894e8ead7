"""Which periodic jobs and queues of long work does the worker run, and when?"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from mipres_admin.database import clock
from mipres_admin.jobs import queue
from mipres_admin.jobs.models import JobRun

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Job:
    """A function that the worker calls each time `every` has passed, in one transaction and one worker at a time.

    `name` is what the Ministry reads, in Spanish, and never changes: the times of the job are stored under it. A job
    that raises is undone, recorded (only the kind of the error) and tried again after ten minutes, or after `every`
    when that is sooner.
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
    """The jobs of this version of the portal; the table may have rows of others."""
    return list(_jobs)


def _due_names() -> list[str]:
    """The names of the jobs that are due; a job that is new in the database is due at once."""
    due = dict(JobRun.objects.annotate(is_due=models.Q(due_at__lte=Now())).values_list("name", "is_due"))
    new = [name for name in _jobs if name not in due]
    JobRun.objects.bulk_create([JobRun(name=name) for name in new], ignore_conflicts=True)
    return [name for name in _jobs if due.get(name, True)]


def _reschedule(run: JobRun, wait: timedelta, error: str = "") -> None:
    run.last_run_at, run.last_error = clock.now(), error
    run.due_at = run.last_run_at + wait
    run.save()


def _run(job: Job) -> bool:
    """Run the job if it is still due and no other worker runs it; whether it was done without error."""

    def work(run: JobRun) -> None:
        job.function()
        _reschedule(run, job.every)

    def on_error(run: JobRun, error: Exception) -> None:
        logger.error("The job %s failed.", job.name, exc_info=error)
        _reschedule(run, min(job.every, RETRY_AFTER), type(error).__name__)

    result = queue.run_next(JobRun.objects.filter(name=job.name, due_at__lte=Now()), work, on_error)
    return result is not None and result.is_done


def run_due(*, stop: Callable[[], bool] = lambda: False) -> int:
    """Run every job that is due, and return how many were done; `stop()` ends it between two jobs."""
    done = 0
    for name in _due_names():
        if stop():
            break
        done += _run(_jobs[name])
    return done


# ---------------------------------------------------------------- long work, in a thread of its own

RunNext = Callable[[Callable[[], bool]], bool]
_queues: dict[str, RunNext] = {}


def register_queue(*, name: str, run_next: RunNext) -> None:
    """Have the worker call `run_next(stop)` in a second thread, as long as there is something to do.

    It does the next work in its own transaction and returns whether there was any; when `stop()` is true it ends soon,
    and postpones its work. Raises ValueError for a name that is registered already.
    """
    if name in _queues:
        raise ValueError(f"There is a queue named {name}.")
    _queues[name] = run_next


def run_queues(*, stop: Callable[[], bool] = lambda: False) -> bool:
    """Do all the work in the queues; whether all of it succeeded. What fails is logged."""
    succeeded = True
    for name, run_next in _queues.items():
        try:
            while not stop() and run_next(stop):
                pass
        except Exception:
            logger.exception("The queue %s failed.", name)
            succeeded = False
    return succeeded
