"""Which addresses do accounts have?"""

from django.urls import path

from accounts.views import captcha, impersonation, login, password_reset, security

session_urls = [
    path("ingresar/", login.login, name="login"),
    path("salir/", login.logout, name="logout"),
    path("clave/cambiar/", login.change_password, name="change_password"),
    path("clave/recordar/", password_reset.recover_password, name="recover_password"),
    path("clave/asignar/<str:secret>/", password_reset.assign_password, name="assign_password"),
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
    path("ver-como/dejar/", impersonation.stop_impersonation, name="stop_impersonation"),
]

urlpatterns = session_urls + security_urls
