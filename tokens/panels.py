"""Which entities are about to be without a token? A panel of the Ministry's dashboard."""

from django.utils import timezone

from mipres_admin.backoffice.dashboard import Content, Panel, figure_of
from tokens.models import PortalToken

EXPIRING_DAYS = (7, 30)
EXPIRED_DAYS = 7


def _expiry() -> Content:
    """Tokens that nothing has replaced, by when they end: three walks along the index of ends."""
    now = timezone.now()
    soon = (
        figure_of(
            f"Vencen en {days} días", PortalToken.objects.expiring_within(days, now).count(), PortalToken, vence=days
        )
        for days in EXPIRING_DAYS
    )
    ended = PortalToken.objects.expired_within(EXPIRED_DAYS, now).count()
    label = f"Vencieron en los últimos {EXPIRED_DAYS} días"
    return Content(figures=(*soon, figure_of(label, ended, PortalToken, vence="vencidos")))


PANELS = (Panel("tokens", "Tokens sin reemplazo", 50, ("tokens.view_portaltoken",), _expiry),)
