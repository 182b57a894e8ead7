"""What does the Ministry do, for a reason, to entities and sedes that only accounts know the effect of?"""

from accounts.actions import desk
from entities.admin import EntityAdmin, SedeAdmin
from entities.rules.sedes import keeping_refusal
from mipres_admin.desk import DeskAct, under

EntityAdmin.offer(
    DeskAct(
        slug="suspender",
        label="Suspender entidad",
        warning=(
            "Ninguno de sus delegados puede ingresar, las sesiones abiertas se cierran y los servicios web rechazan "
            "sus tokens; no puede registrarse, nombrar ni entrar en redes. Los roles que asignó siguen. Sus delegados "
            "reciben un correo con el motivo."
        ),
        permission="entities.suspend_entity",
        said="La entidad quedó suspendida y sus delegados fueron avisados.",
        offered=lambda entity: entity.is_active,
        do=under("entity", desk.suspend_entity),
    ),
    DeskAct(
        slug="reactivar",
        label="Reactivar entidad",
        warning="Sus delegados pueden ingresar de nuevo y sus tokens vigentes vuelven a servir. Reciben un correo.",
        permission="entities.suspend_entity",
        said="La entidad quedó reactivada y sus delegados fueron avisados.",
        offered=lambda entity: not entity.is_active,
        do=under("entity", desk.reactivate_entity),
    ),
)
SedeAdmin.offer(
    DeskAct(
        slug="deshabilitar",
        label="Deshabilitar sede",
        warning=(
            "La sede deja de recibir usuarios; quienes ya tienen roles en ella los conservan. Los delegados del "
            "proveedor reciben un correo con el motivo y pueden habilitarla de nuevo."
        ),
        permission="entities.disable_sede",
        said="La sede quedó deshabilitada y los delegados fueron avisados.",
        offered=lambda sede: sede.is_of_provider and sede.closed_on is None,
        do=under("sede", desk.close_sede),
        refusal=keeping_refusal,
    ),
    DeskAct(
        slug="habilitar",
        label="Habilitar sede",
        warning="La sede vuelve a recibir usuarios. Los delegados del proveedor reciben un correo con el motivo.",
        permission="entities.disable_sede",
        said="La sede quedó habilitada y los delegados fueron avisados.",
        offered=lambda sede: sede.is_of_provider and sede.closed_on is not None,
        do=under("sede", desk.open_sede),
        refusal=keeping_refusal,
    ),
)
