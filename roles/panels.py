"""How often are roles given? A panel of the Ministry's dashboard."""

from mipres_admin.backoffice.charts import day_chart, last_days
from mipres_admin.backoffice.dashboard import Content, Panel
from mipres_admin.database.clock import today
from mipres_admin.history.models import HistoryEntry
from roles.events import Event

ACTIVATION_DAYS = 30


def _activations() -> Content:
    days = last_days(ACTIVATION_DAYS, today())
    chart = day_chart(
        "Activaciones por día",
        f"Veces que un delegado dio roles a un usuario en una sede, en los últimos {ACTIVATION_DAYS} días.",
        HistoryEntry.objects.per_day((Event.ROLES_GIVEN,), days),
        days,
        f"Ningún delegado ha activado usuarios en los últimos {ACTIVATION_DAYS} días.",
    )
    return Content(days=(chart,))


PANELS = (Panel("activations", "Activaciones", 30, ("roles.view_roleassignment",), _activations),)
