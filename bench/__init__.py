"""How fast is it? Measurements to run by hand, each against a yardstick of its own run."""

import os

import django

os.environ.setdefault("MIPRES_MODE", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mipres_admin.settings")
django.setup()
