"""Which addresses does the chain have, from a person's account to a working delegate?"""

from django.urls import include, path

from delegates.views import authorized, entities, history, persons, registration, sign_up

person_urls = [
    path("seguridad-social/", persons.role_list, name="role_list"),
    path("seguridad-social/registro/", sign_up.sign_up, name="sign_up"),
    path("seguridad-social/registro/enviado/", sign_up.sign_up_sent, name="sign_up_sent"),
    path("seguridad-social/aviso-de-privacidad/", sign_up.privacy_notice, name="privacy_notice"),
    path("seguridad-social/confirmar/<str:secret>/", sign_up.confirm_sign_up, name="confirm_sign_up"),
    path("seguridad-social/mis-datos/", persons.my_data, name="my_data"),
    path("seguridad-social/mis-datos/corregir/", persons.correct_my_data, name="correct_my_data"),
    path("seguridad-social/mis-datos/correo/", persons.change_my_email, name="change_my_email"),
    path("seguridad-social/mis-datos/descargar/", persons.download_my_data, name="download_my_data"),
    path("seguridad-social/correo/<str:secret>/", persons.confirm_email, name="confirm_email"),
]

entity_urls = [
    path("", entities.my_entities, name="my_entities"),
    path("registrar/", entities.register_entity, name="register_entity"),
    path("solicitudes/<uuid:public_id>/", entities.entity_registration, name="entity_registration"),
    path("solicitudes/<uuid:public_id>/corregir/", entities.correct_registration, name="correct_registration"),
    path("rut/<uuid:public_id>/", entities.download_rut, name="download_rut"),
    path("<int:pk>/", entities.legal_entity, name="legal_entity"),
    path("<int:pk>/historia/", history.entity_history, name="entity_history"),
    path("<int:pk>/historia/descargar/", history.download_entity_history, name="download_entity_history"),
    path("<int:pk>/autorizados/", authorized.authorized_people, name="authorized_people"),
    path("<int:pk>/autorizados/nuevo/", authorized.new_authorized, name="new_authorized"),
    path("<int:pk>/autorizados/<uuid:public_id>/editar/", authorized.edit_authorized, name="edit_authorized"),
    path("<int:pk>/autorizados/<uuid:public_id>/inactivar/", authorized.end_authorized, name="end_authorized"),
]

registration_urls = [
    path("registro/", registration.registration, name="registration"),
    path("registro/mipres/", registration.registration_kinds, name="registration_kinds"),
    path("registro/mipres/delegado/formulario/", registration.register_delegate, name="register_delegate"),
    path("registro/mipres/profesional/formulario/", registration.register_professional, name="register_professional"),
    path("registro/mipres/sso/formulario/", registration.register_sso, name="register_sso"),
    path("registro/mipres/otro/formulario/", registration.register_other, name="register_other"),
    path("registro/mipres/<slug:slug>/", registration.registration_steps, name="registration_steps"),
]

urlpatterns = [*person_urls, path("seguridad-social/entidades/", include(entity_urls)), *registration_urls]
