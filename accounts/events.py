"""Which events does this app record, and how do they read?"""

from django.db.models import TextChoices


class Event(TextChoices):
    CIVIL_REGISTRY_LOADED = "civil_registry.loaded", "Carga del Registro civil"
    DECEASED_LOADED = "deceased.loaded", "Carga de fallecidos"
    SESSION_OPENED = "session.opened", "Ingreso"
    SESSION_MFA_REQUIRED = "session.mfa_required", "Contraseña aceptada, falta el segundo factor"
    SESSION_RECOVERED = "session.recovered", "Ingreso con código de recuperación"
    SESSION_REFUSED = "session.refused", "Ingreso rechazado"
    SESSION_ENDED = "session.ended", "Sesión cerrada"
    SESSIONS_ENDED = "sessions.ended", "Sesiones cerradas"
    FACTOR_ENROLLED = "factor.enrolled", "Segundo factor agregado"
    FACTOR_REMOVED = "factor.removed", "Segundo factor retirado"
    FACTOR_REFUSED = "factor.refused", "Segundo factor rechazado"
    FACTOR_POLICY_CHANGED = "factor.policy_changed", "Segundo factor obligatorio: fecha cambiada"
    FACTORS_RESET = "factors.reset", "Segundos factores retirados por el Ministerio"
    RECOVERY_CODES_CREATED = "recovery_codes.created", "Códigos de recuperación generados"
    SECURITY_CONFIRMED = "security.confirmed", "Identidad confirmada en la sesión"
    SECURITY_REFUSED = "security.refused", "Cambio de seguridad rechazado"
    SESSION_CLOSED = "session.closed", "Salida"
    PASSWORD_CHANGED = "password.changed", "Contraseña cambiada"
    PASSWORD_REFUSED = "password.refused", "Cambio de contraseña rechazado"
    PASSWORD_LINK_SENT = "password.link_sent", "Enlace de contraseña enviado"
    PASSWORD_LINK_REFUSED = "password.link_refused", "Recuperación de contraseña con datos que no corresponden"
    PASSWORD_ASSIGNED = "password.assigned", "Contraseña asignada con un enlace"
    ACCOUNT_SUSPENDED = "account.suspended", "Cuenta suspendida"
    ACCOUNT_REACTIVATED = "account.reactivated", "Cuenta reactivada"
    ACCOUNT_GIVEN_BACK = "account.given_back", "Cuenta devuelta a su dueño"
    ACCOUNT_UNLOCKED = "account.unlocked", "Ingreso desbloqueado"
    IDENTITY_CORRECTED = "identity.corrected", "Identidad por verificar corregida"
    IDENTITY_COPY_UPLOADED = "identity.copy_uploaded", "Copia de un documento cargada"
    IDENTITY_COPY_DOWNLOADED = "identity.copy_downloaded", "Descarga de la copia de un documento"
    IDENTITY_REVIEW_STARTED = "identity.review_started", "Identidad en revisión"
    IDENTITY_VERIFIED = "identity.verified", "Identidad verificada"
    IDENTITY_REJECTED = "identity.rejected", "Identidad rechazada"
    IDENTITY_WITHDRAWN = "identity.withdrawn", "Cuenta sin verificar cerrada por su dueño"
    IDENTITY_FORGOTTEN = "identity.forgotten", "Cuenta sin verificar cerrada por el tiempo"
    ENTITY_SUSPENDED = "entity.suspended", "Entidad suspendida"
    ENTITY_REACTIVATED = "entity.reactivated", "Entidad reactivada"
    STAFF_CREATED = "staff.created", "Cuenta del Ministerio creada"
    STAFF_GROUPS_CHANGED = "staff.groups_changed", "Grupos de una cuenta del Ministerio cambiados"
    STAFF_CLOSED = "staff.closed", "Cuenta del Ministerio cerrada"
    STAFF_REOPENED = "staff.reopened", "Cuenta del Ministerio abierta de nuevo"
    IMPERSONATION_STARTED = "impersonation.started", "El Ministerio empezó a ver el portal como un delegado"
    IMPERSONATION_ENDED = "impersonation.ended", "El Ministerio dejó de ver el portal como un delegado"


# the heading in a list of choices, by the part of the value before the point
GROUPS = {
    "civil_registry": "Cargas de registros",
    "deceased": "Cargas de registros",
    "session": "Ingresos y sesiones",
    "sessions": "Ingresos y sesiones",
    "factor": "Contraseñas y segundo factor",
    "factors": "Contraseñas y segundo factor",
    "recovery_codes": "Contraseñas y segundo factor",
    "security": "Contraseñas y segundo factor",
    "password": "Contraseñas y segundo factor",
    "account": "Cuentas",
    "identity": "Personas",
    "entity": "Entidades",
    "staff": "Cuentas",
    "impersonation": "Cuentas",
}
REASON_REQUIRED = frozenset(
    {
        Event.ACCOUNT_SUSPENDED,
        Event.ACCOUNT_REACTIVATED,
        Event.ACCOUNT_GIVEN_BACK,
        Event.ACCOUNT_UNLOCKED,
        Event.ENTITY_SUSPENDED,
        Event.ENTITY_REACTIVATED,
        Event.IDENTITY_REVIEW_STARTED,
        Event.IDENTITY_REJECTED,
        Event.STAFF_CREATED,
        Event.STAFF_GROUPS_CHANGED,
        Event.STAFF_CLOSED,
        Event.STAFF_REOPENED,
        Event.IMPERSONATION_STARTED,
        Event.IMPERSONATION_ENDED,
    }
)
# what the keys of `before` and `after` are called
LABELS = {
    "active": "Activa",
    "codes": "Códigos",
    "codes_left": "Códigos que quedan",
    "device": "Equipo",
    "end": "Cómo terminó",
    "expires_at": "Vence",
    "factor": "Segundo factor",
    "factors": "Segundos factores",
    "failures": "Intentos fallidos",
    "groups": "Grupos",
    "is_active": "Activa",
    "kind": "Tipo",
    "locked": "Quedó bloqueada",
    "login": "Usuario",
    "minutes": "Minutos como máximo",
    "sessions": "Sesiones",
    "new_person": "Persona nueva en el portal",
    "sessions_ended": "Sesiones cerradas",
    "verified": "Identidad verificada con",
}
# what some codes mean
WORDS = {
    "registro_civil": "Registro civil",
    "revisor": "Revisor del Ministerio",
    "pendiente": "Por verificar",
    "en_revision": "En revisión",
    "verificada": "Verificada",
    "rechazada": "Rechazada",
    "totp": "Aplicación de autenticación",
    "passkey": "Llave de acceso",
    "passkey_alone": "Llave de acceso, sin contraseña",
    "recovery": "Código de recuperación",
    "stopped": "La terminó quien veía",
    "time": "Se acabó el tiempo",
    "session": "Terminó la sesión de quien veía",
    "staff": "Quien veía dejó de tener permiso",
    "account": "La cuenta que se veía dejó de poder ingresar",
}
