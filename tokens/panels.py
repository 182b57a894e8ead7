"""How many tokens expire soon without a replacement? A panel of the admin dashboard."""

from django.utils import timezone

from mipres_admin.backoffice.dashboard import Content, Panel, figure_of
from tokens.models import PortalToken

EXPIRING_DAYS = (7, 30)
EXPIRED_DAYS = 7


def _expiry() -> Content:
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
