"""Which addresses does the chain from legal representative to delegate have?"""

from django.urls import include, path

from delegates.views import authorized, entities

entity_urls = [
    path("", entities.my_entities, name="my_entities"),
    path("registrar/", entities.register_entity, name="register_entity"),
    path("solicitudes/<uuid:public_id>/", entities.entity_registration, name="entity_registration"),
    path("solicitudes/<uuid:public_id>/corregir/", entities.correct_registration, name="correct_registration"),
    path("rut/<uuid:public_id>/", entities.download_rut, name="download_rut"),
    path("<int:pk>/", entities.legal_entity, name="legal_entity"),
    path("<int:pk>/autorizados/", authorized.authorized_people, name="authorized_people"),
    path("<int:pk>/autorizados/nuevo/", authorized.new_authorized, name="new_authorized"),
    path("<int:pk>/autorizados/<uuid:public_id>/editar/", authorized.edit_authorized, name="edit_authorized"),
    path("<int:pk>/autorizados/<uuid:public_id>/inactivar/", authorized.end_authorized, name="end_authorized"),
]

urlpatterns = [path("seguridad-social/entidades/", include(entity_urls))]
