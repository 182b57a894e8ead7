"""The demonstration and the synthetic data.

Installed in production too: its commands `make_reps` and `make_load` fill a test installation of the Ministry, and
`demo` and `totp_code` refuse to run there. It has no models and no addresses, and no other app imports it.
"""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
    verbose_name = "Demostración"
