"""Does the portal do by itself what it should: mail, jobs, seals? Panels of the Ministry's dashboard."""

from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils.formats import date_format

from mipres_admin import clock, jobs
from mipres_admin.dashboard import Content, Fact, Panel, figure_of
from mipres_admin.formatting import format_moment
from mipres_admin.models import HistorySeal, JobRun, OutgoingMail

# a worker looks at what is due every thirty seconds at the most
LATE = timedelta(minutes=10)


def _mail() -> Content:
    """Mail that waits and mail that was given up: one look at the partial index of each."""
    state = OutgoingMail.State
    failed = OutgoingMail.objects.filter(state=state.FAILED).order_by().count()
    waiting = OutgoingMail.objects.filter(state=state.PENDING).order_by()
    found = waiting.aggregate(count=Count("*"), oldest=Min("created_at"))
    figures = (
        figure_of("No se pudieron enviar", failed, OutgoingMail, state__exact=state.FAILED.value),
        figure_of("En espera", found["count"], OutgoingMail, state__exact=state.PENDING.value),
    )
    if found["oldest"] is None:
        return Content(figures)
    is_late = found["oldest"] < clock.now() - LATE
    written = f"escrito el {format_moment(found['oldest'])}"
    return Content(figures, (Fact("El que más espera", written, is_alarm=is_late),))


def _worker(runs: list[JobRun], now: datetime) -> Fact:
    """Whether a worker is at it: what is due is done at once, so that anything overdue says that none is."""
    seen = max((run.last_run_at for run in runs if run.last_run_at), default=None)
    late = [run for run in runs if run.due_at < now - LATE]
    last = f"última señal el {format_moment(seen)}" if seen else "ninguna señal todavía"
    if late or seen is None:
        remedy = "Revise que «manage.py worker» esté en marcha."
        return Fact("Proceso de fondo", f"{last}; tareas atrasadas: {len(late)}. {remedy}", is_alarm=True)
    return Fact("Proceso de fondo", f"al día, {last}")


def _work() -> Content:
    """The periodic jobs of this version of the portal, and up to which day the history is sealed."""
    runs = list(JobRun.objects.filter(name__in=jobs.names()))
    broken = [run for run in runs if run.last_error]
    errors = (
        Fact(run.name, f"falló con {run.last_error} el {format_moment(run.last_run_at)}", is_alarm=True)
        for run in broken
        if run.last_run_at
    )
    seal = HistorySeal.objects.first()
    sealed = f"hasta el {date_format(seal.day, 'Y-m-d')}" if seal else "todavía no hay un día completo sellado"
    facts = (_worker(runs, clock.now()), *errors, Fact("Historia sellada", sealed))
    return Content((figure_of("Tareas con error", len(broken), JobRun, con_error="si"),), facts)


PANELS = (
    Panel("mail", "Correo", 70, ("mipres_admin.view_outgoingmail",), _mail),
    Panel("work", "Tareas del portal", 80, ("mipres_admin.view_jobrun",), _work),
)
