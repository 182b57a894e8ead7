"""What must not be in production? `manage.py check --deploy` refuses it, and with it the unit of the portal."""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core import checks

SHORTEST_SECRET = 50
VERIFIED = ("verify-full", "verify-ca")


def _is_local(host: str) -> bool:
    """Whether connections to the host leave this machine: not those to a socket or to the loopback address."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@checks.register(checks.Tags.security, deploy=True)
def postgresql_is_reached_in_private(**kwargs: Any) -> list[checks.CheckMessage]:
    """An error while what goes to PostgreSQL over a network may be read, or answered by somebody else."""
    database = settings.DATABASES["default"]
    options = database.get("OPTIONS", {})
    host = str(options.get("host") or database.get("HOST") or "")
    if _is_local(host) or options.get("sslmode") in VERIFIED:
        return []
    hint = "Add ?sslmode=verify-full&sslrootcert=/path/of/the/authority.pem to DATABASE_URL, or use a socket."
    return [
        checks.Error("PostgreSQL is reached over a network without verified TLS.", hint=hint, id="mipres_admin.E010")
    ]


@checks.register(checks.Tags.security, deploy=True)
def mail_leaves_in_private(**kwargs: Any) -> list[checks.CheckMessage]:
    """An error while the links in mails go to the mail server in the clear."""
    if _is_local(settings.SMTP["host"]) or settings.SMTP["use_tls"]:
        return []
    hint = "Set MIPRES_SMTP_TLS to true: the portal then refuses a server without STARTTLS or a valid certificate."
    return [checks.Error("Mail leaves without TLS.", hint=hint, id="mipres_admin.E011")]


@checks.register(checks.Tags.security, deploy=True)
def hosts_are_named(**kwargs: Any) -> list[checks.CheckMessage]:
    """An error while any host name is taken for the portal's."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    hint = "Name the portal's hosts in MIPRES_ALLOWED_HOSTS, separated by commas."
    return [checks.Error("Any host name is taken for the portal's.", hint=hint, id="mipres_admin.E012")]


@checks.register(checks.Tags.security, deploy=True)
def secrets_are_apart(**kwargs: Any) -> list[checks.CheckMessage]:
    """An error while second factors have the secret of another use, which may leak or change, or a short one."""
    if settings.SECRET_KEY not in settings.FACTOR_SECRETS and min(map(len, settings.FACTOR_SECRETS)) >= SHORTEST_SECRET:
        return []
    hint = f"Set MIPRES_FACTOR_SECRET, {SHORTEST_SECRET} random characters, before anybody adds a second factor."
    return [checks.Error("Second factors have no good secret of their own.", hint=hint, id="mipres_admin.E013")]


@checks.register(checks.Tags.security, deploy=True)
def uploaded_files_are_scanned(**kwargs: Any) -> list[checks.CheckMessage]:
    """A warning while reviewers open files of strangers that no antivirus has seen."""
    if settings.CLAMD_SOCKET:
        return []
    hint = "Install clamav-daemon and set MIPRES_CLAMD_SOCKET to its socket."
    return [checks.Warning("Uploaded files are not scanned for malware.", hint=hint, id="mipres_admin.W004")]


@checks.register(checks.Tags.security, deploy=True)
def a_proxy_speaks_https(**kwargs: Any) -> list[checks.CheckMessage]:
    """A warning while no proxy is announced: the portal itself speaks HTTP, and redirects it for ever."""
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        return []
    hint = "Set MIPRES_BEHIND_PROXY to true, unless the server itself speaks TLS."
    return [checks.Warning("No proxy is announced that speaks HTTPS.", hint=hint, id="mipres_admin.W003")]
