"""Which registrations of entities wait for a reviewer? A panel of the Ministry's dashboard."""

from datetime import timedelta

from django.db.models import Count, Min

from delegates.models import DAYS_TO_ANSWER, OPEN_STATES, WAITING_STATES, EntityRegistration, RegistrationState
from mipres_admin.backoffice.dashboard import Content, Fact, Panel, figure_of
from mipres_admin.database.clock import today
from mipres_admin.formatting import format_moment

LABELS = {
    RegistrationState.SENT: "Enviadas, sin tomar",
    RegistrationState.IN_REVIEW: "En revisión",
    RegistrationState.INCOMPLETE: "Esperan a la persona",
}


def _open_registrations() -> Content:
    """The open requests by state, the overdue ones and the oldest: two scans of the queue's index."""
    rows = EntityRegistration.objects.filter(state__in=OPEN_STATES).order_by().values_list("state")
    by_state = {
        state: (count, oldest) for state, count, oldest in rows.annotate(count=Count("*"), oldest=Min("sent_at"))
    }
    overdue = EntityRegistration.objects.overdue(today()).count()
    oldest = min((by_state[state][1] for state in WAITING_STATES if state in by_state), default=None)
    figures = [
        figure_of(label, by_state.get(state, (0, None))[0], EntityRegistration, estado=state.value)
        for state, label in LABELS.items()
    ]
    late = figure_of(f"Vencidas: más de {DAYS_TO_ANSWER} días", overdue, EntityRegistration, estado="vencidas")
    if oldest is None:
        return Content((*figures, late), (Fact("Cola", "Ninguna solicitud espera al Ministerio."),))
    answer_by = format_moment(oldest + timedelta(days=DAYS_TO_ANSWER))
    text = f"enviada el {format_moment(oldest)}; debe responderse antes del {answer_by}"
    return Content((*figures, late), (Fact("La más antigua", text, is_alarm=overdue > 0),))


PANELS = (
    Panel(
        "registrations",
        "Registros de personas jurídicas por revisar",
        10,
        ("delegates.view_entityregistration", "delegates.review_registration"),
        _open_registrations,
    ),
)
