"""What did the official registries end in an entity lately? Counts by day and reason, for the home of its delegate."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import TruncDate

from entities.models import Entity
from mipres_admin.formatting import format_number
from roles.end_reasons import EndReason
from roles.matrix import ACTIVATING_KINDS
from roles.models import RoleEnding

NOTICE_DAYS = 30


@dataclass(frozen=True)
class Notice:
    """What ended on one day for one cause: how many roles, and the query of the list that has them."""

    day: date
    cause: EndReason
    count: int

    @property
    def shown(self) -> str:
        """How many, as it is written in Colombia, for example 1.200."""
        return format_number(self.count)

    @property
    def query(self) -> str:
        """The filter of the list that has exactly these."""
        return urlencode({"causa": self.cause.value, "dia": self.day.isoformat()})


def notices_for(entity: Entity) -> tuple[Notice, ...]:
    """The days of the last 30 on which registries ended roles of the entity, by cause, the latest first."""
    if entity.kind not in ACTIVATING_KINDS:
        return ()
    ended = RoleEnding.objects.visible_to(entity).not_undone().since(NOTICE_DAYS).order_by()
    rows = ended.annotate(day=TruncDate("at")).values_list("day", "cause").annotate(count=Count("*"))
    return tuple(Notice(day, EndReason(cause), count) for day, cause, count in rows.order_by("-day", "cause"))
