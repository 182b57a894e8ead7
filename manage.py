#!/usr/bin/env python
"""How is a command run? `uv run manage.py help` lists them."""

import os
import sys


def main() -> None:
    """Run the command named on the command line.

    A terminal is a developer's by default: with neither a secret nor a database named, the mode is
    "development" (embedded PostgreSQL, local secret). `demo` runs in its own mode. A server that is
    started through `wsgi.py` gets neither default: it is "production" unless it says otherwise.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mipres_admin.settings")
    if "demo" in sys.argv[1:2]:
        os.environ["MIPRES_MODE"] = "demo"
    elif not any(map(os.environ.get, ("MIPRES_SECRET_KEY", "MIPRES_SECRET_KEY_FILE", "DATABASE_URL"))):
        os.environ.setdefault("MIPRES_MODE", "development")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
