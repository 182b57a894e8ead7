from collections.abc import Iterator
from pathlib import Path

import pytest

from mipres_admin.embedded.server import Server
from tests.mipres_admin.embedded.processes import temporary_project


@pytest.fixture(scope="session")
def shared_project() -> Iterator[Path]:
    """Give one project for most tests: making its data takes longer than all the rest of a test."""
    with temporary_project() as folder:
        yield folder


@pytest.fixture
def project(shared_project: Path) -> Iterator[Path]:
    """Give a project which every account can enter, with its server stopped before and after the test."""
    yield shared_project
    Server(shared_project).stop()


@pytest.fixture
def server(project: Path) -> Iterator[Server]:
    """Give the project's server to the process of the tests, as one more user of it."""
    server = Server(project)
    yield server
    server.leave()
