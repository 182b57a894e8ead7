"""Does the worker run the periodic jobs, and is the history sealed? A panel of the Ministry's dashboard."""

from datetime import datetime, timedelta

from django.utils.formats import date_format

from mipres_admin.backoffice.dashboard import Content, Fact, Panel, figure_of
from mipres_admin.database import clock
from mipres_admin.formatting import format_moment
from mipres_admin.history.models import HistorySeal
from mipres_admin.jobs import scheduling
from mipres_admin.jobs.models import JobRun

# a worker looks at what is due every thirty seconds at the most
LATE = timedelta(minutes=10)


def _worker(runs: list[JobRun], now: datetime) -> Fact:
    """Whether a worker is running: what is due is done at once, so anything overdue says that none is."""
    last_run = max((run.last_run_at for run in runs if run.last_run_at), default=None)
    late = [run for run in runs if run.due_at < now - LATE]
    last = f"última señal el {format_moment(last_run)}" if last_run else "ninguna señal todavía"
    if late or last_run is None:
        remedy = "Revise que «manage.py worker» esté en marcha."
        return Fact("Proceso de fondo", f"{last}; tareas atrasadas: {len(late)}. {remedy}", is_alarm=True)
    return Fact("Proceso de fondo", f"al día, {last}")


def _work() -> Content:
    """The periodic jobs of this version of the portal, and up to which day the history is sealed."""
    runs = list(JobRun.objects.filter(name__in=scheduling.names()))
    failed = [run for run in runs if run.last_error]
    errors = (
        Fact(
            run.name,
            f"falló el {format_moment(run.last_run_at)}; la causa está en el registro del servidor",
            is_alarm=True,
        )
        for run in failed
        if run.last_run_at
    )
    seal = HistorySeal.objects.first()
    sealed = f"hasta el {date_format(seal.day, 'Y-m-d')}" if seal else "todavía no hay un día completo sellado"
    facts = (_worker(runs, clock.now()), *errors, Fact("Historia sellada", sealed))
    return Content((figure_of("Tareas con error", len(failed), JobRun, con_error="si"),), facts)


PANELS = (Panel("work", "Tareas del portal", 80, ("jobs.view_jobrun",), _work),)
