"""Who works in the portal, and who fails to enter? Panels of the Ministry's dashboard."""

from django.db.models import Count, Min, Q

from accounts.events import Event
from accounts.models import Account, ClaimState, IdentityClaim
from accounts.models.identity_claims import WAITING_STATES
from accounts.security.login_limits import locked_accounts
from accounts.usernames import DELEGATE_KINDS
from entities.models import EntityKind
from mipres_admin.backoffice.charts import Figure, chart_of, day_chart, last_days
from mipres_admin.backoffice.dashboard import Content, Fact, Panel, figure_of
from mipres_admin.database.clock import today
from mipres_admin.formatting import format_moment
from mipres_admin.history.models import HistoryEntry

REFUSAL_DAYS = 14
REFUSALS = (Event.SESSION_REFUSED, Event.FACTOR_REFUSED, Event.PASSWORD_REFUSED, Event.SECURITY_REFUSED)


def _delegates() -> Content:
    """Active accounts of delegates, by the kind of their entity: those with an entity are in an index of their own."""
    accounts = Account.objects.filter(entity__isnull=False, is_active=True).order_by()
    counts = dict(accounts.values_list("entity__kind").annotate(count=Count("*")))
    bars = [
        figure_of(
            EntityKind(kind).label, counts.get(kind, 0), Account, entity__kind__exact=str(kind), is_active__exact=1
        )
        for kind in DELEGATE_KINDS
    ]
    note = f"Cuentas activas hoy: {Figure('', sum(counts.values())).shown}."
    shown = bars if counts else ()
    chart = chart_of("Delegados por tipo de entidad", note, shown, "Todavía no hay cuentas de delegados.")
    return Content(charts=(chart,))


def _refusals() -> Content:
    """Failed log-ins day by day, counted in the index of the history; and the accounts locked now."""
    days = last_days(REFUSAL_DAYS, today())
    chart = day_chart(
        "Ingresos fallidos por día",
        f"Contraseñas y segundos factores errados en {REFUSAL_DAYS} días, también de usuarios que no existen.",
        HistoryEntry.objects.per_day(REFUSALS, days),
        days,
        f"Ningún ingreso ha fallado en los últimos {REFUSAL_DAYS} días.",
    )
    return Content(figures=(Figure("Cuentas con ingresos bloqueados ahora", len(locked_accounts())),), days=(chart,))


def _identity_claims() -> Content:
    """The claims that wait for a reviewer or for their copy, and the oldest: one scan of the queue's index."""
    claims = IdentityClaim.objects.filter(state__in=WAITING_STATES)
    with_copy = Q(state=ClaimState.PENDING, document_copy__isnull=False)
    in_review = Q(state=ClaimState.IN_REVIEW)
    found = claims.aggregate(
        pending=Count("pk", filter=with_copy),
        in_review=Count("pk", filter=in_review),
        without=Count("pk", filter=Q(state=ClaimState.PENDING, document_copy__isnull=True)),
        oldest=Min("sent_at", filter=with_copy | in_review),
    )
    figures = (
        figure_of("Con copia, sin tomar", found["pending"], IdentityClaim),
        figure_of("En revisión", found["in_review"], IdentityClaim, estado=ClaimState.IN_REVIEW.value),
        figure_of("Sin copia: esperan a la persona", found["without"], IdentityClaim, estado=ClaimState.PENDING.value),
    )
    oldest = found["oldest"]
    text = f"enviada el {format_moment(oldest)}" if oldest else "Ninguna identidad espera al Ministerio."
    return Content(figures, (Fact("La más antigua", text),))


PANELS = (
    Panel(
        "identities",
        "Identidades por verificar",
        15,
        ("accounts.view_identityclaim", "accounts.review_identityclaim"),
        _identity_claims,
    ),
    Panel("delegates", "Delegados", 20, ("accounts.view_account",), _delegates),
    Panel("refusals", "Ingresos fallidos", 40, ("accounts.view_account",), _refusals),
)
