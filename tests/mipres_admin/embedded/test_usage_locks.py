"""Does the server run as long as a process uses it, and stop with the last one?"""

from pathlib import Path

import pytest

from mipres_admin.embedded.server import Server
from tests.mipres_admin.embedded.processes import (
    FORKING_PROGRAM,
    leave,
    postmaster,
    process_using,
    query,
    read_line,
    wait_until,
)


def test_server_stops_when_the_last_process_leaves(project: Path) -> None:
    with process_using(project) as first, process_using(project) as second:
        pid = postmaster(project)
        leave(first)
        assert query(project) == "mipres"
        assert postmaster(project) == pid
        leave(second)
    assert not Server(project).is_running()
    assert not (project / ".postgres/data/postmaster.pid").exists()


@pytest.mark.parametrize("first", ["child", "parent"])
def test_server_stops_when_a_fork_and_its_parent_have_left(project: Path, first: str) -> None:
    with process_using(project, FORKING_PROGRAM, first) as family:
        assert family.stdin is not None
        if first == "child":
            family.stdin.write("\n")
            family.stdin.flush()
            assert read_line(family) == "the child has left"
        else:
            family.wait(30)
        assert query(project) == "mipres"
        leave(family)
        wait_until(lambda: not Server(project).is_running())


def test_server_of_a_killed_process_is_used_and_stopped_by_the_next(project: Path) -> None:
    with process_using(project) as killed:
        pid = postmaster(project)
        killed.kill()
    assert query(project) == "mipres"
    with process_using(project) as following:
        assert postmaster(project) == pid
        leave(following)
    assert not Server(project).is_running()
