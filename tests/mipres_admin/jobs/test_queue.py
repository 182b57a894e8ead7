"""Is waiting work done once, undone when it fails, and left when it must wait? (mipres_admin.jobs.queue)"""

import pytest

from mipres_admin.jobs.models import JobRun
from mipres_admin.jobs.queue import Postponed, run_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    JobRun.objects.create(name="a job")
    return JobRun.objects.filter(last_error="")


def leave_trace(run):
    JobRun.objects.create(name="trace", last_error="x")
    return run


def note_error(run, error):
    run.last_error = type(error).__name__
    run.save()


def test_work_gets_the_waiting_row(rows):
    names = []
    assert run_next(rows, lambda run: names.append(run.name), note_error).is_done
    assert names == ["a job"]


def test_without_a_waiting_row_there_is_no_result(rows):
    assert run_next(rows.none(), leave_trace, note_error) is None


def test_failed_work_is_undone_and_its_kind_of_error_kept(rows):
    result = run_next(rows, lambda run: leave_trace(run) / 0, note_error)
    assert isinstance(result.error, TypeError)
    assert list(JobRun.objects.values_list("name", "last_error")) == [("a job", "TypeError")]


def test_work_left_for_another_turn_changes_nothing(rows):
    def leave(run):
        leave_trace(run)
        raise Postponed

    assert run_next(rows, leave, note_error) is None
    assert JobRun.objects.get().last_error == ""


def test_an_error_raised_again_undoes_everything(rows):
    def give_up(run, error):
        note_error(run, error)
        raise error

    with pytest.raises(TypeError):
        run_next(rows, lambda run: run / 0, give_up)
    assert JobRun.objects.get().last_error == ""
