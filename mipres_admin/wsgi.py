"""Where does the web server enter? Production unless MIPRES_MODE says otherwise."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mipres_admin.settings")

application = get_wsgi_application()
