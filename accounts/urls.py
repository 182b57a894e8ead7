"""Which addresses do accounts have?"""

from django.urls import path

from accounts.views import (
    captcha,
    certificates,
    history,
    networks,
    news,
    passwords,
    security,
    session,
    uploads,
    users,
    viewing,
)

session_urls = [
    path("", session.home, name="home"),
    path("ingresar/", session.login, name="login"),
    path("salir/", session.logout, name="logout"),
    path("clave/cambiar/", session.change_password, name="change_password"),
    path("clave/recordar/", passwords.recover_password, name="recover_password"),
    path("clave/asignar/<str:secret>/", passwords.assign_password, name="assign_password"),
    path("captcha/nuevo/", captcha.new_captcha, name="new_captcha"),
    path("captcha/<str:token>/imagen.png", captcha.captcha_image, name="captcha_image"),
    path("captcha/<str:token>/audio.wav", captcha.captcha_audio, name="captcha_audio"),
]

security_urls = [
    path("ingresar/segundo-factor/", security.second_factor, name="second_factor"),
    path("ingresar/retomar/", security.resume_form, name="resume_form"),
    path("seguridad/", security.security, name="security"),
    path("seguridad/aplicacion/", security.enrol_totp, name="enrol_totp"),
    path("seguridad/llave/", security.enrol_passkey, name="enrol_passkey"),
    path("seguridad/codigos/", security.recovery_codes, name="recovery_codes"),
    path("seguridad/factores/<uuid:public_id>/retirar/", security.remove_factor, name="remove_factor"),
    path("seguridad/sesiones/cerrar/", security.end_sessions, name="end_sessions"),
    path("seguridad/sesiones/<uuid:public_id>/cerrar/", security.end_session, name="end_session"),
    path("sesion/seguir/", security.keep_session, name="keep_session"),
    path("cambiar-de-entidad/", security.switch_entity, name="switch_entity"),
    path("ver-como/dejar/", viewing.stop_viewing, name="stop_viewing"),
]

user_urls = [
    path("usuarios/", users.users, name="users"),
    path("usuarios/descargar/", users.download_users, name="download_users"),
    path("usuarios/activar/", users.activate_user, name="activate_user"),
    path("usuarios/novedades/", news.registry_news, name="registry_news"),
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
    path("entidades/asociar/", networks.associate_entities, name="associate_entities"),
    path("entidades/", networks.entities, name="entities"),
    path("entidades/descargar/", networks.download_entities, name="download_entities"),
    path("entidades/redes/", networks.memberships, name="memberships"),
    path("entidades/<int:pk>/historia/", networks.association_history, name="association_history"),
]

history_urls = [
    path("historia/", history.history, name="history"),
    path("historia/descargar/", history.download_history, name="download_history"),
]

certificate_urls = [
    path("usuarios/constancia/", certificates.entity_certificate, name="entity_certificate"),
    path("usuarios/<uuid:public_id>/constancia/", certificates.user_certificate, name="user_certificate"),
    path("constancias/<uuid:public_id>/", certificates.download_certificate, name="download_certificate"),
    path("verificar/", certificates.verify, name="verify"),
    path("verificar/<path:code>/", certificates.verify_certificate, name="verify_certificate"),
]

urlpatterns = session_urls + security_urls + user_urls + network_urls + history_urls + certificate_urls
