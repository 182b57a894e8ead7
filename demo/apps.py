"""The demonstration and the synthetic data; no part of production.

Its commands `make_reps` and `make_load` fill a test installation of the Ministry. It has no models and no addresses,
and no other app imports it.
"""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
    verbose_name = "Demostración"
