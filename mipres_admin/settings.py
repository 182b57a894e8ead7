"""How is this portal configured? One file, everything from the environment; the README has the table."""

import re
import tomllib
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from mipres_admin.deployment.environment import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

env = environment()

# ---------------------------------------------------------------- mode and secrets

MODES = ("production", "development", "demo", "test")
MODE = env.str("MIPRES_MODE", default="production")
if MODE not in MODES:
    raise ImproperlyConfigured(f"MIPRES_MODE is {MODE!r}; set it to one of {', '.join(MODES)}.")
PRODUCTION = MODE == "production"
DEBUG = False

LOCAL_SECRET = "local-only-" + "not-a-secret" * 4
SECRET_KEY = env.str("MIPRES_SECRET_KEY", default="" if PRODUCTION else LOCAL_SECRET)
if PRODUCTION and (len(SECRET_KEY) < 50 or SECRET_KEY == LOCAL_SECRET):
    raise ImproperlyConfigured(
        "Production needs MIPRES_SECRET_KEY: at least 50 random characters that nobody else knows. Make one with "
        "`python3 -c 'import secrets; print(secrets.token_urlsafe(64))'` and set it in the server's environment. "
        "To try the portal on this machine instead: `uv run manage.py demo`."
    )
# earlier secrets: sessions, links and seals made with them stay valid
SECRET_KEY_FALLBACKS = env.list("MIPRES_OLD_SECRET_KEYS", default=[])
# the secrets that encrypt the signing keys: the first encrypts, all decrypt
KEYS_SECRETS = env.list("MIPRES_KEYS_SECRET", default=[] if PRODUCTION else [f"keys {SECRET_KEY}"])
if PRODUCTION and (not KEYS_SECRETS or min(map(len, KEYS_SECRETS)) < 50 or SECRET_KEY in KEYS_SECRETS):
    raise ImproperlyConfigured(
        "Production needs MIPRES_KEYS_SECRET: at least 50 random characters, other than MIPRES_SECRET_KEY, under which "
        "the keys that sign tokens are encrypted. Keep it: without it they cannot be read."
    )
ALLOWED_HOSTS = env.list("MIPRES_ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "Production needs MIPRES_ALLOWED_HOSTS: the host names of the portal, separated by commas."
    )
# the address in mails and PDFs: never the host that a request names, which anybody can choose
_HOST = next((host for host in ALLOWED_HOSTS if not host.startswith(("*", "."))), "")
PUBLIC_URL = env.str(
    "MIPRES_PUBLIC_URL", default=(f"https://{_HOST}" if _HOST else "") if PRODUCTION else "http://127.0.0.1:8000"
).rstrip("/")
if not re.fullmatch(r"https://[\w.-]+(:\d+)?" if PRODUCTION else r"https?://[\w.:\[\]-]+", PUBLIC_URL):
    raise ImproperlyConfigured(
        "MIPRES_PUBLIC_URL must be the portal's public address without a path, for example https://mipres.example.gov.co."
    )
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if PRODUCTION and host != "*"]

# ---------------------------------------------------------------- apps and middleware

INSTALLED_APPS = [
    "mipres_admin.backoffice.admin_config.MinistryAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "captcha",
    "mipres_admin",
    "mipres_admin.history",
    "mipres_admin.outbox",
    "mipres_admin.jobs",
    "mipres_admin.rate_limits",
    "registries",
    "entities",
    "accounts",
    "roles",
    "tokens",
    "delegates",
    *([] if PRODUCTION else ["demo", "django_mail_preview"]),
]

MIDDLEWARE = [
    "mipres_admin.middleware.origin.OriginMiddleware",
    "mipres_admin.middleware.headers.HeadersMiddleware",
    "mipres_admin.monitoring.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tokens.services.service_middleware.ServiceMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mipres_admin.middleware.sessions.SessionMiddleware",
    "mipres_admin.middleware.downloads.DownloadMiddleware",
    "django.middleware.common.CommonMiddleware",
    "mipres_admin.middleware.bodies.BodyMiddleware",
    "mipres_admin.access.middleware.MethodMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mipres_admin.middleware.in_flight.InFlightMiddleware",
    "accounts.middleware.sessions.AccountSessionMiddleware",
    "accounts.middleware.impersonation.ImpersonationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "mipres_admin.access.middleware.AccessMiddleware",
    "mipres_admin.middleware.busy.BusyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # last: it runs the view itself while impersonating
    "accounts.middleware.impersonation.ReadOnlyMiddleware",
]

ROOT_URLCONF = "mipres_admin.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mipres_admin.context_processors.portal",
            ],
        },
    },
]
FORM_RENDERER = "mipres_admin.forms.PortalFormRenderer"
# Outside production mail is captured on purpose, with DEBUG off.
SILENCED_SYSTEM_CHECKS = [] if PRODUCTION else ["django_mail_preview.W001"]

# ---------------------------------------------------------------- PostgreSQL, and nothing else

DATABASE_URL = env.str("DATABASE_URL", default="")
if PRODUCTION and not DATABASE_URL:
    raise ImproperlyConfigured(
        "Production needs DATABASE_URL, for example postgres://user:password@host:5432/mipres (PostgreSQL 17 or newer)."
    )
if not DATABASE_URL:
    # imported only then: a portal with a database of its own needs nothing of the embedded one
    from mipres_admin.embedded import supported_systems

    if not supported_systems.is_supported():
        raise ImproperlyConfigured(supported_systems.UNSUPPORTED)
DATABASES: dict[str, dict[str, Any]] = {
    "default": (
        env.db_url_config(DATABASE_URL)
        if DATABASE_URL
        else {"ENGINE": "mipres_admin.embedded", "NAME": "mipres", "USER": "mipres"}
    )
}
if DATABASES["default"]["ENGINE"] not in ("django.db.backends.postgresql", "mipres_admin.embedded"):
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: postgres://…")
if password := env.str("MIPRES_DATABASE_PASSWORD", default=""):
    DATABASES["default"]["PASSWORD"] = password
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------- people and passwords

AUTH_USER_MODEL = "accounts.Account"
# whose delegates read a row of history
TENANT_MODEL = "entities.Entity"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = ["accounts.security.password_hashers.PortalArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.security.password_validators.NotAllTheSame"},
    {"NAME": "accounts.security.password_validators.NotEasyToGuess"},
    {"NAME": "accounts.security.password_validators.NotALastPassword"},
]
# wrong passwords before the lock of who fails, from one address (or device); then the slower pace of unknown devices:
# for one login, and for one address
LOGIN_FAILURES_ALLOWED = 5
LOGIN_FAILURES_ALLOWED_ANYWHERE = 20
LOGIN_FAILURES_ALLOWED_PER_ADDRESS = 100
LOGIN_LOCK_MINUTES = 30
KNOWN_DEVICE_DAYS = 180
SECOND_STEP_MINUTES = 10
# how long a session may change who can enter, after its holder was verified
CONFIRMATION_MINUTES = 10
# of which come the keys of authenticator apps, recovery codes and handles of passkeys, apart from the secret key: the
# first is for new ones, all are good
FACTOR_SECRETS = env.list("MIPRES_FACTOR_SECRET", default=[]) or [SECRET_KEY]

PASSWORD_LINK_MINUTES = 60
RECOVERIES_ALLOWED = 5
RECOVERIES_ALLOWED_PER_ADDRESS = 50

LOOKUPS_PER_HOUR = 300

# of one origin, or of one known device
CAPTCHA_IMAGES_PER_MINUTE = 120
CAPTCHA_PLAYS_PER_MINUTE = 60
CAPTCHAS_PER_MINUTE = 60

CAPTCHA_LENGTH = 5
CAPTCHA_TIMEOUT = 5
CAPTCHA_FONT_SIZE = 54
CAPTCHA_IMAGE_SIZE = (264, 88)
# the library crops letters that are turned further: an E becomes an F
CAPTCHA_LETTER_ROTATION = (-5, 6)
CAPTCHA_FOREGROUND_COLOR = "#0943B5"
CAPTCHA_CHALLENGE_FUNCT = "accounts.captcha.challenge.challenge"
CAPTCHA_NOISE_FUNCTIONS = ("accounts.captcha.image.strokes", "captcha.helpers.noise_dots")
CAPTCHA_FILTER_FUNCTIONS = ("accounts.captcha.image.wave", "captcha.helpers.post_smooth")

# ---------------------------------------------------------------- sessions, cookies, headers

SESSION_ENGINE = "accounts.security.session_store"
SESSION_LONGEST_HOURS = 12
# an hour more, so that a person who comes back late learns why the session ended
SESSION_COOKIE_AGE = (SESSION_LONGEST_HOURS + 1) * 60 * 60
SESSION_IDLE_MINUTES = 20
SESSION_WARNING_SECONDS = 120
# "Ver como" a delegate: at most 30 minutes, as the table's constraint says; days in which the entity reads of it
IMPERSONATION_MINUTES = 30
IMPERSONATION_NOTICE_DAYS = 30
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-sesion" if PRODUCTION else "sesion"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
DEVICE_COOKIE_NAME = "__Host-equipo" if PRODUCTION else "equipo"
DOWNLOAD_COOKIE_NAME = "__Host-descarga" if PRODUCTION else "descarga"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "mipres_admin.csrf_failure.csrf_failure"
SECURE_SSL_REDIRECT = PRODUCTION
# the web services and OAuth never redirect: over plain HTTP they refuse, as JSON; the others are called within the
# network of the portal
SERVICE_PATH = r"(?ai)^/*WS(SUM|FAC)?MIPRESNOPBS(/|$)"
SECURE_REDIRECT_EXEMPT = [SERVICE_PATH, "^oauth/", "^salud/", "^metricas/"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("MIPRES_BEHIND_PROXY", default=False) else None
)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
# of what is no page: JSON, files, errors, redirects
NO_PAGE_CSP = "default-src 'none'; frame-ancestors 'none'"
# what browsers offer to pages and the portal does not use; passkeys and the button that copies a token are its own
DENIED = (
    "accelerometer autoplay browsing-topics camera clipboard-read display-capture encrypted-media fullscreen gamepad "
    "geolocation gyroscope hid idle-detection local-fonts magnetometer microphone midi payment picture-in-picture "
    "screen-wake-lock serial storage-access sync-xhr usb web-share window-management xr-spatial-tracking"
)
OWN = "clipboard-write publickey-credentials-create publickey-credentials-get"
PERMISSIONS_POLICY = ", ".join(
    [*(f"{feature}=()" for feature in DENIED.split()), *(f"{feature}=(self)" for feature in OWN.split())]
)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# no page takes two files; how large each may be is in the declaration of its view
DATA_UPLOAD_MAX_NUMBER_FILES = 1
# files that one account may send in an hour of the clock, and at pages of natural persons one address
UPLOADS_PER_HOUR = 30
UPLOADS_PER_HOUR_PER_ADDRESS = 120

# ---------------------------------------------------------------- e-mail

MAIL_PREVIEW_ROOT = BASE_DIR / ".inbox"
MAIL_PREVIEW_ALLOW = "mipres_admin.outbox.mail.inbox_is_open"
SMTP = {
    "host": env.str("MIPRES_SMTP_HOST", default="localhost"),
    "port": env.int("MIPRES_SMTP_PORT", default=25),
    "username": env.str("MIPRES_SMTP_USER", default=""),
    "password": env.str("MIPRES_SMTP_PASSWORD", default=""),
    "use_tls": env.bool("MIPRES_SMTP_TLS", default=PRODUCTION),
    "timeout": 10,
}
MAILERS = {
    "default": (
        {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": SMTP}
        if PRODUCTION
        else {"BACKEND": "django_mail_preview.backends.EmailBackend"}
    )
}
# days in which a mail that was not sent is tried again; days that a mail, sent or given up, stays in the table
MAIL_TRIED_DAYS = 3
MAIL_KEPT_DAYS = 7
DEFAULT_FROM_EMAIL = env.str("MIPRES_FROM_EMAIL", default="MIPRES <no-responder@minsalud.example>")

# ---------------------------------------------------------------- language, time, static files

LANGUAGE_CODE = "es-co"
TIME_ZONE = "America/Bogota"
USE_I18N = True
# what Django leaves in English
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
STATIC_URL = "/estaticos/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# collected in production alone; elsewhere WhiteNoise finds the files where they are written
STATIC_ROOT = BASE_DIR / ".static" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# ---------------------------------------------------------------- what every page says about the Ministry

PORTAL = {
    "support_phone": "Atención al usuario: Teléfono en Bogotá D.C. +601 330 5043, en el resto del país 018000 960020",
    "support_hours": (
        "Horario de lunes a viernes 7am a 6pm, sábados de 8am a 1pm jornada continua - Centro de Contacto al Ciudadano"
    ),
    "legal_notice": (
        "Al ingresar a este aplicativo usted está aceptando todas las condiciones legales que lo rigen "
        "y la información contenida en él"
    ),
    "version": VERSION,
}

# ---------------------------------------------------------------- tokens and web services

TOKEN_DAYS = 90
# calls a minute with good tokens of one entity, and with bad tokens from one address
SERVICE_CALLS_PER_MINUTE = 600
SERVICE_BAD_TOKENS_PER_MINUTE = 60
LEAK_REPORTS_PER_MINUTE = 10
# calls a minute of one server with its credentials, and with wrong credentials from one address
CLIENT_CALLS_PER_MINUTE = 6_000
CLIENT_FAILURES_PER_MINUTE = 10

# ---------------------------------------------------------------- certificates

# roles in one PDF: each costs 25 to 35 ms of processor (docs/operations.md)
CERTIFICATE_LONGEST = 200

# ---------------------------------------------------------------- figures for Prometheus: none without a token

METRICS_TOKEN = env.str("MIPRES_METRICS_TOKEN", default="")

# ---------------------------------------------------------------- the antivirus of uploads: none without its socket

CLAMD_SOCKET = env.str("MIPRES_CLAMD_SOCKET", default="")

# ---------------------------------------------------------------- whom to tell of a vulnerability: mailto: or https:

SECURITY_CONTACT = env.str("MIPRES_SECURITY_CONTACT", default="")

# ---------------------------------------------------------------- logs: no personal data, no query strings

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "mipres_admin.monitoring.logs.JsonFormatter"
            if PRODUCTION
            else "mipres_admin.monitoring.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {"route": {"()": "mipres_admin.monitoring.logs.RouteInsteadOfPath"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["route"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
