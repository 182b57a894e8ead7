"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    REGISTRATION_SENT = "registration.sent", "Registro de persona jurídica enviado"
    REVIEW_STARTED = "registration.review_started", "Registro de persona jurídica en revisión"
    INFORMATION_REQUESTED = "registration.information_requested", "Registro de persona jurídica: falta información"
    REGISTRATION_APPROVED = "registration.approved", "Registro de persona jurídica aprobado"
    REGISTRATION_REJECTED = "registration.rejected", "Registro de persona jurídica rechazado"
    RUT_DOWNLOADED = "rut.downloaded", "Descarga de un RUT"
    APPOINTMENT_MADE = "appointment.made", "Autorizado nombrado"
    APPOINTMENT_CHANGED = "appointment.changed", "Autorizado actualizado"
    APPOINTMENT_ENDED = "appointment.ended", "Autorizado inactivado"
    SIGN_UP_REQUESTED = "sign_up.requested", "Solicitud de cuenta de Mi Seguridad Social"
    SIGN_UP_CONFIRMED = "sign_up.confirmed", "Cuenta de Mi Seguridad Social creada"
    PERSON_CORRECTED = "person.corrected", "Datos personales corregidos"
    PERSON_DOWNLOADED = "person.downloaded", "Descarga de los datos personales"
    EMAIL_CHANGE_REQUESTED = "email.change_requested", "Cambio de correo solicitado"
    EMAIL_CHANGED = "email.changed", "Correo cambiado"
    USER_REGISTERED = "user.registered", "Registro en MIPRES"
    USER_REGISTERED_AGAIN = "user.registered_again", "Registro en MIPRES con otro tipo de usuario"
    DELEGATE_REGISTERED = "delegate.registered", "Registro de delegado"
    DELEGATE_REACTIVATED = "delegate.reactivated", "Registro de delegado nombrado de nuevo"
    REPRESENTATION_MADE = "representation.made", "Representante legal reconocido"
    REPRESENTATION_ENDED = "representation.ended", "Representante legal relevado"


# the heading in a list of choices, by the part of the value before the point
GROUPS = {
    "registration": "Personas jurídicas",
    "rut": "Personas jurídicas",
    "appointment": "Autorizados y delegados",
    "sign_up": "Personas",
    "person": "Personas",
    "email": "Personas",
    "user": "Usuarios",
    "delegate": "Autorizados y delegados",
    "representation": "Personas jurídicas",
}
REASON_REQUIRED = frozenset(
    {
        Event.REVIEW_STARTED,
        Event.INFORMATION_REQUESTED,
        Event.REGISTRATION_APPROVED,
        Event.REGISTRATION_REJECTED,
    }
)
# what the keys of `before` and `after` are called
LABELS = {
    "account_closed": "Cuenta cerrada",
    "appointment": "Nombramiento",
    "appointments_moved": "Autorizados, otra sede",
    "appointments_restored": "Autorizados, sede devuelta",
    "contributivo": "Contributivo",
    "email": "Correo",
    "ended_at": "Terminó",
    "et_model": "Modelo",
    "first_name": "Primer nombre",
    "first_surname": "Primer apellido",
    "municipality_id": "Municipio",
    "nit": "NIT",
    "notice": "Aviso de privacidad",
    "person": "Persona",
    "profile": "Perfil",
    "registration": "Solicitud",
    "revoke_tokens": "Revocar tokens",
    "second_name": "Segundo nombre",
    "second_surname": "Segundo apellido",
    "sex": "Sexo",
    "subsidiado": "Subsidiado",
}
# the states of a registration that a claim of identity has not (accounts.events)
WORDS = {"enviada": "Enviada", "falta_informacion": "Falta información", "aprobada": "Aprobada"}
