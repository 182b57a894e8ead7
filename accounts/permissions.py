"""Which groups of the Ministry see people and accounts, and what do they do to them?"""

from mipres_admin.access.groups import StaffGroup, may_do, may_view

SOPORTE, CARGADOR, REVISOR = StaffGroup.SOPORTE, StaffGroup.CARGADOR, StaffGroup.REVISOR
PERMISSIONS = (
    *may_view("accounts", "accountsession authenticatorapp passkey passwordlink", SOPORTE),
    *may_view("accounts", "account person suspension", SOPORTE, REVISOR),
    *may_view("accounts", "deceasedentry", SOPORTE, CARGADOR),
    *may_view("accounts", "civilregistryentry", SOPORTE, CARGADOR, StaffGroup.REVISOR),
    *may_view("accounts", "secondfactorpolicy staffaccount impersonation"),
    *may_view("auth", "group"),
    may_do("accounts.account", "suspend_account", "Puede suspender y reactivar cuentas", SOPORTE),
    may_do("accounts.account", "give_back_account", "Puede devolver una cuenta a su dueño", REVISOR),
    may_do("accounts.account", "unlock_account", "Puede desbloquear cuentas", SOPORTE),
    may_do("accounts.account", "end_sessions", "Puede cerrar las sesiones de una cuenta", SOPORTE),
    may_do("accounts.account", "reset_second_factor", "Puede retirar los segundos factores de una cuenta", SOPORTE),
    may_do("accounts.account", "impersonate_delegate", "Puede ver el portal como lo ve un delegado", SOPORTE),
    *may_view("accounts", "identityclaim", REVISOR),
    may_do("accounts.identityclaim", "review_identityclaim", "Puede verificar identidades", REVISOR),
    may_do("accounts.account", "manage_staff", "Puede administrar al personal del Ministerio"),
    may_do("accounts.secondfactorpolicy", "add_secondfactorpolicy", "Puede hacer obligatorio el segundo factor"),
    may_do("accounts.secondfactorpolicy", "change_secondfactorpolicy", "Puede cambiar desde cuándo es obligatorio"),
    may_do("accounts.secondfactorpolicy", "delete_secondfactorpolicy", "Puede hacer opcional el segundo factor"),
)
