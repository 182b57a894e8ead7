"""Does production refuse to start half-configured, and is it strict once it starts?"""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "MIPRES_SECRET_KEY": "k7" * 40,
    "MIPRES_KEYS_SECRET": "q9" * 40,
    "MIPRES_ALLOWED_HOSTS": "mipres.example",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
}


def python(code, **environment):
    """Run code in a fresh interpreter in which nothing is set but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=60)


def settings(names, **environment):
    code = (
        f"import json; from mipres_admin import settings as s; print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    )
    return json.loads(python(code, **environment).stdout)


@pytest.mark.parametrize("missing", GOOD)
def test_production_does_not_start_without(missing):
    result = python("import mipres_admin.wsgi", **{name: value for name, value in GOOD.items() if name != missing})
    assert result.returncode != 0
    assert f"Production needs {missing}" in result.stderr


def test_production_does_not_start_with_the_local_secret():
    code = "from mipres_admin import settings"
    from mipres_admin.settings import LOCAL_SECRET

    assert "Production needs MIPRES_SECRET_KEY" in python(code, **GOOD | {"MIPRES_SECRET_KEY": LOCAL_SECRET}).stderr


@pytest.mark.parametrize("wrong", ["mipres.example", "http://mipres.example", "https://mipres.example/portal"])
def test_a_public_address_that_is_no_https_origin_is_refused(wrong):
    assert "MIPRES_PUBLIC_URL" in python("import mipres_admin.settings", **GOOD | {"MIPRES_PUBLIC_URL": wrong}).stderr


def test_a_public_address_loses_its_last_slash():
    shown = settings(["PUBLIC_URL"], **GOOD | {"MIPRES_PUBLIC_URL": "https://mipres.example/"})
    assert shown == {"PUBLIC_URL": "https://mipres.example"}


@pytest.mark.parametrize("secret", ["short", "k7" * 40, f"{'q9' * 40},short"])
def test_production_keeps_its_keys_under_a_good_secret_of_their_own(secret):
    result = python("import mipres_admin.settings", **GOOD | {"MIPRES_KEYS_SECRET": secret})
    assert "Production needs MIPRES_KEYS_SECRET" in result.stderr


def test_several_secrets_may_open_the_keys():
    assert settings(["KEYS_SECRETS"], **GOOD | {"MIPRES_KEYS_SECRET": f"{'q9' * 40},{'r8' * 40}"}) == {
        "KEYS_SECRETS": ["q9" * 40, "r8" * 40]
    }


def test_another_database_than_postgresql_is_refused():
    result = python("import mipres_admin.settings", **GOOD | {"DATABASE_URL": "sqlite:///x.db"})
    assert "must name a PostgreSQL database" in result.stderr


def test_an_unknown_mode_is_refused():
    assert "MIPRES_MODE" in python("import mipres_admin.settings", MIPRES_MODE="prod").stderr


def test_production_is_https_only_with_host_bound_cookies():
    expected = {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_NAME": "__Host-sesion",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "DEVICE_COOKIE_NAME": "__Host-equipo",
        "DOWNLOAD_COOKIE_NAME": "__Host-descarga",
        "DEBUG": False,
    }
    assert settings(list(expected), **GOOD) == expected


def test_other_sites_send_no_cookie_with_a_form(client, db):
    cookies = client.get("/ingresar/").cookies
    assert {cookies[name]["samesite"] for name in ("sesion", "csrf")} == {"Lax"}
    assert all(cookies[name]["httponly"] for name in ("sesion", "csrf"))


def test_the_embedded_postgresql_is_not_imported_when_a_database_is_named():
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'mipres_admin.settings'; import django; django.setup();"
        "from django.db import connection; connection.vendor;"
        "print([name for name in sys.modules if 'embedded' in name])"
    )
    assert python(code, **GOOD).stdout.strip() == "[]"


def test_production_has_neither_the_demonstration_nor_the_inbox_of_captured_mail():
    apps = settings(["INSTALLED_APPS"], **GOOD)["INSTALLED_APPS"]
    assert {"demo", "django_mail_preview"}.isdisjoint(apps)


def test_the_password_of_the_database_may_come_from_a_file_of_its_own(tmp_path):
    (tmp_path / "password").write_text("s3cr3t\n")
    shown = settings(["DATABASES"], **GOOD, MIPRES_DATABASE_PASSWORD_FILE=str(tmp_path / "password"))
    assert shown["DATABASES"]["default"]["PASSWORD"] == "s3cr3t"


def test_tls_to_the_database_is_set_in_its_address():
    url = "postgres://mipres@db.example/mipres?sslmode=verify-full&sslrootcert=/etc/mipres/authority.pem"
    options = settings(["DATABASES"], **GOOD | {"DATABASE_URL": url})["DATABASES"]["default"]["OPTIONS"]
    assert options == {"sslmode": "verify-full", "sslrootcert": "/etc/mipres/authority.pem"}


def test_the_policy_allows_nothing_unsafe_and_nobody_else(client, db):
    policy = client.get("/ingresar/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'none'" in policy


def test_pages_are_not_kept_by_shared_caches(client, db):
    assert client.get("/ingresar/").headers["Cache-Control"] in ("no-store", "private")


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    released = re.findall(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    locked = re.search(r'name = "mipres-admin"\nversion = "(.+)"', (ROOT / "uv.lock").read_text())
    assert settings(["VERSION"], **GOOD) == {"VERSION": version}
    assert version == released[0] == locked[1]
