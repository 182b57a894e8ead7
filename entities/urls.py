"""Which addresses do entities have?"""

from django.urls import path

from entities.views import sedes

sede_urls = [
    path("sedes/", sedes.sedes, name="sedes"),
    path("sedes/crear/", sedes.create_sede, name="create_sede"),
    path("sedes/descargar/", sedes.download_sedes, name="download_sedes"),
    path("sedes/<str:codigo>/editar/", sedes.edit_sede, name="edit_sede"),
    path("sedes/<str:codigo>/deshabilitar/", sedes.disable_sede, name="disable_sede"),
    path("sedes/<str:codigo>/habilitar/", sedes.enable_sede, name="enable_sede"),
    path("sedes/<str:codigo>/historia/", sedes.sede_history, name="sede_history"),
]

urlpatterns = [*sede_urls]
