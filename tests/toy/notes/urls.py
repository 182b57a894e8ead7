"""Which addresses do notes have?"""

from django.urls import path

from tests.toy.notes import views

urlpatterns = [
    path("notas/", views.notes, name="notes"),
    path("notas/<int:sede_id>/escribir/", views.write, name="write_note"),
]
