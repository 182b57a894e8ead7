"""Does `check --deploy` refuse what must not be in production?"""

import pytest

from mipres_admin.deployment import checks


def ids(check):
    return [message.id for message in check()]


@pytest.mark.parametrize(
    ("host", "options", "found"),
    [
        ("", {"host": "/var/run/postgresql"}, []),
        ("127.0.0.1", {}, []),
        ("::1", {}, []),
        ("database", {}, ["mipres_admin.E010"]),
        ("10.0.0.7", {"sslmode": "require"}, ["mipres_admin.E010"]),
        ("", {"host": "database"}, ["mipres_admin.E010"]),
        ("database", {"sslmode": "verify-full", "sslrootcert": "/etc/mipres/authority.pem"}, []),
    ],
)
def test_postgresql_over_a_network_needs_verified_tls(settings, monkeypatch, host, options, found):
    monkeypatch.setitem(settings.DATABASES, "default", {"HOST": host, "OPTIONS": options})
    assert ids(checks.postgresql_is_reached_in_private) == found


@pytest.mark.parametrize(
    ("host", "tls", "found"),
    [("localhost", False, []), ("mail.example", True, []), ("mail.example", False, ["mipres_admin.E011"])],
)
def test_mail_over_a_network_needs_tls(settings, host, tls, found):
    settings.SMTP = {"host": host, "use_tls": tls}
    assert ids(checks.mail_leaves_in_private) == found


def test_any_host_name_is_refused(settings):
    assert ids(checks.hosts_are_named) == []
    settings.ALLOWED_HOSTS = ["mipres.example", "*"]
    assert ids(checks.hosts_are_named) == ["mipres_admin.E012"]


def test_second_factors_need_a_secret_of_their_own(settings):
    settings.FACTOR_SECRETS = ["t5" * 40]
    assert ids(checks.secrets_are_apart) == []
    for wrong in (settings.SECRET_KEY, "short"):
        settings.FACTOR_SECRETS = ["t5" * 40, wrong]
        assert ids(checks.secrets_are_apart) == ["mipres_admin.E013"]


def test_a_portal_without_antivirus_is_warned(settings):
    settings.CLAMD_SOCKET = ""
    assert ids(checks.uploaded_files_are_scanned) == ["mipres_admin.W004"]
    settings.CLAMD_SOCKET = "/run/clamav/clamd.ctl"
    assert ids(checks.uploaded_files_are_scanned) == []


def test_a_portal_without_proxy_is_warned(settings):
    settings.SECURE_PROXY_SSL_HEADER = None
    assert ids(checks.a_proxy_speaks_https) == ["mipres_admin.W003"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert ids(checks.a_proxy_speaks_https) == []
