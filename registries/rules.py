"""May a registry be loaded, or a load be undone, and if not, why and what now? Pure: no writes, no request."""

from collections.abc import Sequence

from mipres_admin.refusals import Refusal
from registries.loading.loader import Options
from registries.models import RegistryLoad

CLERK = "Usted, o quien puede cargar registros."
BOXES = {
    "strict": "Aplicar solo si no hay filas rechazadas",
    "force": "Aceptar un corte anterior al último cargado",
    "allow_closing": "Aceptar que cierre más del 1 % de lo abierto o termine más del 1 % de los roles vigentes",
}
"""The options of a load in the words of the boxes of its form."""

RUNNING = Refusal(
    headline="El portal está trabajando en esta carga",
    cause="En este momento la lee o la escribe, y no se puede interrumpir a medias.",
    remedy="Espere a que termine y mire de nuevo esta página.",
    who=CLERK,
)


def not_ready(load: RegistryLoad) -> Refusal:
    """The refusal of a load that has no valid preview."""
    return Refusal(
        headline="La carga no está lista",
        cause="El portal todavía no ha revisado el archivo."
        if load.state == RegistryLoad.State.UPLOADED
        else f"La carga ya no espera que alguien la aplique: está «{load.get_state_display()}».",
        remedy="Mire de nuevo esta página: dice qué sigue.",
        who=CLERK,
    )


def not_undoable(load: RegistryLoad) -> str:
    """Why a load cannot be undone, in a sentence."""
    if load.state != RegistryLoad.State.APPLIED and load.state != RegistryLoad.State.UNDO_QUEUED:
        return f"La carga no está aplicada: está «{load.get_state_display()}»."
    if load.is_undoable:
        return "Alguien ya pidió deshacer esta carga."
    return "El portal ya no guarda cómo estaban las filas antes de ella, porque hubo otra carga del mismo registro."


def loading_refusal(load: RegistryLoad, obstacles: Sequence[Sequence[str]], options: Options) -> Refusal | None:
    """Why this load cannot be applied with these options, or None; `obstacles` are those of its preview."""
    if load.state != RegistryLoad.State.PREVIEWED:
        return not_ready(load)
    for option, cause in obstacles:
        if options.allows(option):
            continue
        box = BOXES[option]
        remedy = f"Quite la marca de «{box}»" if option == "strict" else f"Si está bien así, marque «{box}»"
        return Refusal(
            headline="La carga no se puede aplicar así",
            cause=f"{cause[:1].upper()}{cause[1:].rstrip('.')}.",
            remedy=f"{remedy}; si no, corrija el archivo y súbalo de nuevo.",
            who=CLERK,
        )
    return None


def undoing_refusal(load: RegistryLoad) -> Refusal | None:
    """Why this load cannot be undone, or None: only the last one of its registry can."""
    if load.is_undoable and load.state == RegistryLoad.State.APPLIED:
        return None
    return Refusal(
        headline="La carga no se puede deshacer",
        cause=not_undoable(load),
        remedy="Para volver a un corte anterior, suba su archivo y acepte el corte anterior al aplicarlo.",
        who=CLERK,
    )
