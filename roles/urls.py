"""Which addresses do users, roles, networks and the history of an entity have?"""

from django.urls import path

from roles.views import (
    certificates,
    entity_history,
    home,
    provider_networks,
    registry_notices,
    uploads,
    users,
)

user_urls = [
    path("usuarios/", users.users, name="users"),
    path("usuarios/descargar/", users.download_users, name="download_users"),
    path("usuarios/activar/", users.activate_user, name="activate_user"),
    path("usuarios/novedades/", registry_notices.registry_notices, name="registry_notices"),
    path("usuarios/roles/", users.role_matrix, name="role_matrix"),
    path("usuarios/cargar/", uploads.upload_users, name="upload_users"),
    path("usuarios/cargar/<uuid:public_id>/", uploads.upload_preview, name="upload_preview"),
    path("usuarios/cargar/<uuid:public_id>/aplicar/", uploads.apply_upload, name="apply_upload"),
    path("usuarios/cargar/<uuid:public_id>/resultado/", uploads.upload_result, name="upload_result"),
    path("usuarios/<uuid:public_id>/", users.user_roles, name="user_roles"),
    path("usuarios/<uuid:public_id>/asociar/", users.associate_user, name="associate_user"),
    path("usuarios/<uuid:public_id>/roles/", users.update_user_roles, name="update_user_roles"),
    path("usuarios/<uuid:public_id>/desactivar/", users.deactivate_user, name="deactivate_user"),
    path("usuarios/<uuid:public_id>/vigencia/", users.change_last_day, name="change_last_day"),
    path("usuarios/<uuid:public_id>/historia/", users.user_history, name="user_history"),
]

network_urls = [
    path("entidades/asociar/", provider_networks.associate_entities, name="associate_entities"),
    path("entidades/", provider_networks.entities, name="entities"),
    path("entidades/descargar/", provider_networks.download_entities, name="download_entities"),
    path("entidades/redes/", provider_networks.memberships, name="memberships"),
    path("entidades/<int:pk>/historia/", provider_networks.association_history, name="association_history"),
]

history_urls = [
    path("historia/", entity_history.history, name="history"),
    path("historia/descargar/", entity_history.download_history, name="download_history"),
]

certificate_urls = [
    path("usuarios/constancia/", certificates.entity_certificate, name="entity_certificate"),
    path("usuarios/<uuid:public_id>/constancia/", certificates.user_certificate, name="user_certificate"),
    path("constancias/<uuid:public_id>/", certificates.download_certificate, name="download_certificate"),
    path("verificar/", certificates.verify, name="verify"),
    path("verificar/<path:code>/", certificates.verify_certificate, name="verify_certificate"),
]

urlpatterns = [path("", home.home, name="home"), *user_urls, *network_urls, *history_urls, *certificate_urls]
