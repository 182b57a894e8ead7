"""Which addresses do entities have?"""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from entities.views import sedes


class SedeCodeConverter(StringConverter):
    """Twelve digits of REPS, or PROV and six: nothing that PostgreSQL would not take as a text."""

    regex = "[0-9A-Z]+"


register_converter(SedeCodeConverter, "sede_code")

sede_urls = [
    path("sedes/", sedes.sedes, name="sedes"),
    path("sedes/crear/", sedes.create_sede, name="create_sede"),
    path("sedes/descargar/", sedes.download_sedes, name="download_sedes"),
    path("sedes/<sede_code:codigo>/editar/", sedes.edit_sede, name="edit_sede"),
    path("sedes/<sede_code:codigo>/deshabilitar/", sedes.disable_sede, name="disable_sede"),
    path("sedes/<sede_code:codigo>/habilitar/", sedes.enable_sede, name="enable_sede"),
    path("sedes/<sede_code:codigo>/historia/", sedes.sede_history, name="sede_history"),
]

urlpatterns = [*sede_urls]
