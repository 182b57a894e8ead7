"""Are the folders of the server found, made or refused, wherever the project is?"""

import os

import pytest

from mipres_admin.embedded import folders
from mipres_admin.embedded.errors import ServerError
from mipres_admin.embedded.server import Server
from tests.mipres_admin.embedded.processes import (
    not_as_root,
    only_as_root,
    query,
    temporary_project,
)


@pytest.mark.parametrize("name", ["long/" * 40, 'Señor O\'Higgins, "ñandú" $(x) `y` \\z'], ids=["long", "odd"])
def test_server_runs_in_a_project_of_any_path(name: str) -> None:
    with temporary_project(name) as project:
        server = Server(project)
        server.ensure_running()
        assert query(project) == "mipres"
        server.leave()
        assert server.data_directory() == project / ".postgres/data"


def test_symbolic_link_in_place_of_the_socket_folder_is_refused() -> None:
    with temporary_project("long/" * 40) as project:
        link = folders.fallback_socket(project)
        link.symlink_to(project)
        with pytest.raises(ServerError, match=f"{link} is not a folder of this account"):
            Server(project).ensure_running()
        link.unlink()


@only_as_root
def test_root_falls_back_when_the_server_cannot_enter_the_project() -> None:
    with temporary_project(mode=0o700) as project:
        server = Server(project)
        server.ensure_running()
        assert query(project) == "mipres"
        server.leave()
        data = server.data_directory()
        assert data == folders.fallback_home(project) / "data"
        assert str(data.parent) in (project / ".postgres/README").read_text()
        assert project.parent.stat().st_mode & 0o777 == 0o700


@only_as_root
def test_fallback_folder_of_another_account_is_refused() -> None:
    with temporary_project(mode=0o700) as project:
        folder = folders.fallback_home(project)
        folder.mkdir()
        os.chown(folder, 65534, 65534)
        with pytest.raises(ServerError, match=f"{folder} is not a folder of this account"):
            Server(project).ensure_running()
        os.chown(folder, 0, 0)


@not_as_root
def test_read_only_project_raises_with_what_to_do() -> None:
    with temporary_project() as project:
        project.chmod(0o500)
        with pytest.raises(ServerError, match=r"Permission denied .*\.postgres.* set DATABASE_URL"):
            Server(project).ensure_running()
        project.chmod(0o700)
