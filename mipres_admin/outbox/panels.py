"""Is the mail sent? A panel of the Ministry's dashboard."""

from datetime import timedelta

from django.db.models import Count, Min

from mipres_admin.backoffice.dashboard import Content, Fact, Panel, figure_of
from mipres_admin.database import clock
from mipres_admin.formatting import format_moment
from mipres_admin.outbox.models import OutgoingMail

# a worker looks at what is due every thirty seconds at the most
LATE = timedelta(minutes=10)
UNDELIVERED = "abra la lista: pida a cada persona, o a quien la autorizó, corregir su correo"


def _mail() -> Content:
    """Mail that waits and mail that was given up, each counted in its partial index."""
    state = OutgoingMail.State
    failed = OutgoingMail.objects.filter(state=state.FAILED).order_by().count()
    waiting = OutgoingMail.objects.filter(state=state.PENDING).order_by()
    totals = waiting.aggregate(count=Count("*"), oldest=Min("created_at"))
    figures = (
        figure_of("No se pudieron enviar", failed, OutgoingMail, state__exact=state.FAILED.value),
        figure_of("En espera", totals["count"], OutgoingMail, state__exact=state.PENDING.value),
    )
    refused = (Fact("Direcciones que no reciben correo", UNDELIVERED, is_alarm=True),) if failed else ()
    if totals["oldest"] is None:
        return Content(figures, refused)
    is_late = totals["oldest"] < clock.now() - LATE
    written = f"escrito el {format_moment(totals['oldest'])}"
    return Content(figures, (*refused, Fact("El que más espera", written, is_alarm=is_late)))


PANELS = (Panel("mail", "Correo", 70, ("outbox.view_outgoingmail",), _mail),)
