"""Which addresses do accounts have?"""

from django.urls import path

from accounts.views import (
    captcha,
    confirmation,
    entity_switch,
    login,
    password_reset,
    second_factor,
    sessions,
    stop_impersonation,
)

urlpatterns = [
    path("ingresar/", login.login, name="login"),
    path("ingresar/llave/", login.passkey_options, name="passkey_options"),
    path("salir/", login.logout, name="logout"),
    path("clave/cambiar/", login.change_password, name="change_password"),
    path("clave/recordar/", password_reset.recover_password, name="recover_password"),
    path("clave/asignar/<str:secret>/", password_reset.assign_password, name="assign_password"),
    path("captcha/nuevo/", captcha.new_captcha, name="new_captcha"),
    path("captcha/<str:token>/imagen.png", captcha.captcha_image, name="captcha_image"),
    path("captcha/<str:token>/audio.wav", captcha.captcha_audio, name="captcha_audio"),
    path("ingresar/segundo-factor/", second_factor.second_factor, name="second_factor"),
    path("ingresar/retomar/", sessions.resume_form, name="resume_form"),
    path("seguridad/", sessions.security, name="security"),
    path("seguridad/confirmar/", confirmation.confirm_identity, name="confirm_identity"),
    path("seguridad/aplicacion/", second_factor.enrol_totp, name="enrol_totp"),
    path("seguridad/llave/", second_factor.enrol_passkey, name="enrol_passkey"),
    path("seguridad/codigos/", second_factor.recovery_codes, name="recovery_codes"),
    path("seguridad/factores/<uuid:public_id>/retirar/", second_factor.remove_factor, name="remove_factor"),
    path("seguridad/sesiones/cerrar/", sessions.end_sessions, name="end_sessions"),
    path("seguridad/sesiones/<uuid:public_id>/cerrar/", sessions.end_session, name="end_session"),
    path("sesion/seguir/", sessions.keep_session, name="keep_session"),
    path("cambiar-de-entidad/", entity_switch.switch_entity, name="switch_entity"),
    path("ver-como/dejar/", stop_impersonation.stop_impersonation, name="stop_impersonation"),
]
