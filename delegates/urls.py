"""Which addresses do sign-up, registration of entities and users, and Administrar autorizados have?"""

from django.urls import include, path

from delegates.views import (
    appointments,
    delegate_registration,
    entity_history,
    entity_registrations,
    identity_claims,
    personal_data,
    self_registration,
    sign_up,
)

person_urls = [
    path("seguridad-social/", personal_data.role_list, name="role_list"),
    path("seguridad-social/registro/", sign_up.sign_up, name="sign_up"),
    path("seguridad-social/registro/enviado/", sign_up.sign_up_sent, name="sign_up_sent"),
    path("seguridad-social/aviso-de-privacidad/", sign_up.privacy_notice, name="privacy_notice"),
    path("seguridad-social/confirmar/<str:secret>/", sign_up.confirm_sign_up, name="confirm_sign_up"),
    path("seguridad-social/mis-roles/", personal_data.my_roles, name="my_roles"),
    path("seguridad-social/mis-datos/", personal_data.my_data, name="my_data"),
    path("seguridad-social/mis-datos/corregir/", personal_data.correct_my_data, name="correct_my_data"),
    path("seguridad-social/mis-datos/correo/", personal_data.change_my_email, name="change_my_email"),
    path("seguridad-social/mis-datos/descargar/", personal_data.download_my_data, name="download_my_data"),
    path("seguridad-social/identidad/", identity_claims.identity_claim, name="identity_claim"),
    path("seguridad-social/identidad/corregir/", identity_claims.correct_identity, name="correct_identity"),
    path("seguridad-social/identidad/copia/", identity_claims.upload_identity_copy, name="upload_identity_copy"),
    path(
        "seguridad-social/identidad/copia/descargar/",
        identity_claims.download_identity_copy,
        name="download_identity_copy",
    ),
    path("seguridad-social/identidad/retirar/", identity_claims.withdraw_identity, name="withdraw_identity"),
    path("correo-de-la-cuenta/", personal_data.change_provider_email, name="change_provider_email"),
    path("seguridad-social/correo/<str:secret>/", personal_data.confirm_email, name="confirm_email"),
]

entity_urls = [
    path("", entity_registrations.my_entities, name="my_entities"),
    path("registrar/", entity_registrations.register_entity, name="register_entity"),
    path("solicitudes/<uuid:public_id>/", entity_registrations.entity_registration, name="entity_registration"),
    path(
        "solicitudes/<uuid:public_id>/corregir/", entity_registrations.correct_registration, name="correct_registration"
    ),
    path("rut/<uuid:public_id>/", entity_registrations.download_rut, name="download_rut"),
    path("<int:pk>/", entity_registrations.legal_entity, name="legal_entity"),
    path("<int:pk>/proveedor/", entity_registrations.add_provider_role, name="add_provider_role"),
    path("<int:pk>/historia/", entity_history.entity_history, name="entity_history"),
    path("<int:pk>/historia/descargar/", entity_history.download_entity_history, name="download_entity_history"),
    path("<int:pk>/autorizados/", appointments.authorized_people, name="authorized_people"),
    path("<int:pk>/autorizados/nuevo/", appointments.new_authorized, name="new_authorized"),
    path("<int:pk>/autorizados/<uuid:public_id>/editar/", appointments.edit_authorized, name="edit_authorized"),
    path("<int:pk>/autorizados/<uuid:public_id>/inactivar/", appointments.end_authorized, name="end_authorized"),
]

registration_urls = [
    path("registro/", self_registration.registration, name="registration"),
    path("registro/mipres/", self_registration.registration_kinds, name="registration_kinds"),
    path("registro/mipres/delegado/formulario/", delegate_registration.register_delegate, name="register_delegate"),
    path(
        "registro/mipres/profesional/formulario/", self_registration.register_professional, name="register_professional"
    ),
    path("registro/mipres/sso/formulario/", self_registration.register_sso, name="register_sso"),
    path("registro/mipres/otro/formulario/", self_registration.register_other, name="register_other"),
    path("registro/mipres/<slug:slug>/", self_registration.registration_steps, name="registration_steps"),
]

urlpatterns = [*person_urls, path("seguridad-social/entidades/", include(entity_urls)), *registration_urls]
