"""What do the accounts add to the admin of entities and sedes? Actions that reach accounts, and related lists."""

from accounts.actions import ministry_interventions
from accounts.admin.not_about_oneself import NotAboutOneself
from accounts.models import Account
from accounts.rules.oneself import own_entity_refusal
from entities.admin import EntityAdmin, SedeAdmin
from entities.models import Entity
from entities.rules.sedes import provider_refusal
from mipres_admin.backoffice.admin_base import ObjectAction, RelatedList, register_related_lists

EntityAdmin.register_actions(
    ObjectAction(
        slug="suspender",
        label="Suspender entidad",
        confirmation=(
            "Ninguno de sus delegados puede ingresar, las sesiones abiertas se cierran y los servicios web rechazan "
            "sus tokens; no puede registrarse, nombrar ni entrar en redes. Los roles que asignó siguen. Sus delegados "
            "reciben un correo con el motivo."
        ),
        permission="entities.suspend_entity",
        success_message="La entidad quedó suspendida y sus delegados fueron avisados.",
        is_available=lambda entity: entity.is_active,
        perform=ministry_interventions.suspend_entity,
        argument="entity",
    ),
    NotAboutOneself(
        slug="reactivar",
        label="Reactivar entidad",
        confirmation=(
            "Sus delegados pueden ingresar de nuevo y sus tokens vigentes vuelven a servir. Reciben un correo."
        ),
        permission="entities.suspend_entity",
        success_message="La entidad quedó reactivada y sus delegados fueron avisados.",
        is_available=lambda entity: not entity.is_active,
        perform=ministry_interventions.reactivate_entity,
        argument="entity",
        own=own_entity_refusal,
    ),
)
SedeAdmin.register_actions(
    NotAboutOneself(
        slug="deshabilitar",
        label="Deshabilitar sede",
        confirmation=(
            "La sede deja de recibir usuarios; quienes ya tienen roles en ella los conservan. Los delegados del "
            "proveedor reciben un correo con el motivo y pueden habilitarla de nuevo."
        ),
        permission="entities.disable_sede",
        success_message="La sede quedó deshabilitada y los delegados fueron avisados.",
        is_available=lambda sede: sede.is_of_provider and sede.closed_on is None,
        perform=ministry_interventions.close_sede,
        argument="sede",
        refusal=provider_refusal,
        own=lambda by, sede: own_entity_refusal(by, sede.entity),
    ),
    NotAboutOneself(
        slug="habilitar",
        label="Habilitar sede",
        confirmation="La sede vuelve a recibir usuarios. Los delegados del proveedor reciben un correo con el motivo.",
        permission="entities.disable_sede",
        success_message="La sede quedó habilitada y los delegados fueron avisados.",
        is_available=lambda sede: sede.is_of_provider and sede.closed_on is not None,
        perform=ministry_interventions.open_sede,
        argument="sede",
        refusal=provider_refusal,
        own=lambda by, sede: own_entity_refusal(by, sede.entity),
    ),
)
register_related_lists(
    Entity,
    RelatedList("Delegados", Account, "entity__id__exact", 20),
)
