"""Has anybody rewritten the history behind the portal's back? Recompute its chain, and compare it with the seals.

Each act carries, in `HistoryLink`, the SHA-256 of its own content and of the link before it; PostgreSQL joins it at
commit. A day that is over gets a seal whose key is the portal's secret, so that even who can rewrite every table can
not make yesterday fit again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from mipres_admin.history.models import HistoryLink, HistorySeal

# One pass over both tables, each act compared with its own link alone: a break shows where it is, not ever after.
BROKEN = """
WITH chain AS (
    SELECT link.*, lag(sha256, 1, '') OVER (ORDER BY id) AS before,
           lag(id, 1, 0::bigint) OVER (ORDER BY id) AS id_before,
           lag(day) OVER (ORDER BY id) AS day_before, lag(position) OVER (ORDER BY id) AS position_before
    FROM history_historylink AS link
)
SELECT coalesce(chain.day, (entry.at AT TIME ZONE 'America/Bogota')::date), coalesce(chain.entry_id, entry.id),
    CASE
        WHEN chain.id IS NULL THEN 'inserted'
        WHEN entry.id IS NULL THEN 'deleted'
        WHEN chain.id <> chain.id_before + 1 OR chain.position <> CASE
            WHEN chain.day = chain.day_before THEN chain.position_before ELSE 0 END + 1 THEN 'unlinked'
        ELSE 'changed'
    END
FROM chain FULL JOIN history_historyentry AS entry ON entry.id = chain.entry_id
WHERE chain.id IS NULL OR entry.id IS NULL OR chain.id <> chain.id_before + 1
    OR chain.position <> CASE WHEN chain.day = chain.day_before THEN chain.position_before ELSE 0 END + 1
    OR chain.sha256 <> encode(sha256(convert_to(chain.before, 'UTF8') || history_content(entry)), 'hex')
ORDER BY 1, 2
"""
ONE = """
SELECT link.sha256 = encode(sha256(convert_to(coalesce(
    (SELECT sha256 FROM history_historylink AS earlier WHERE earlier.id = link.id - 1), ''
), 'UTF8') || history_content(entry)), 'hex')
FROM history_historylink AS link JOIN history_historyentry AS entry ON entry.id = link.entry_id
WHERE link.entry_id = %s
"""
DAYS = """
SELECT DISTINCT ON (day) day, position, sha256 FROM history_historylink ORDER BY day, position DESC
"""

WHAT = {
    "inserted": "el acto no está en la cadena: se insertó por fuera del portal",
    "deleted": "el acto ya no está: se borró",
    "unlinked": "falta el eslabón anterior: se borraron el acto y su eslabón",
    "changed": "el contenido del acto o de su eslabón cambió",
    "resealed": "el día no es el que se selló",
    "unsealed": "el sello no es del portal",
}


@dataclass(frozen=True)
class Break:
    """One place where the history is not what was written: which day, which act (None: the whole day), and how."""

    day: date
    entry_id: int | None
    kind: str

    def __str__(self) -> str:
        act = f"acto {self.entry_id}" if self.entry_id else "todo el día"
        return f"{self.day:%Y-%m-%d} {act}: {WHAT[self.kind]}"


def _days() -> dict[date, tuple[int, str]]:
    """Each day of the chain with how many acts it has and its last link."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS)
        return {day: (position, sha256) for day, position, sha256 in cursor.fetchall()}


def _macs(day: date, links: int, sha256: str) -> list[str]:
    """The seal of a day by each secret that the portal knows, today's first."""
    said = f"{day.isoformat()} {links} {sha256}"
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("mipres_admin.history.chain", said, secret, algorithm="sha256").hexdigest() for secret in secrets
    ]


@transaction.atomic
def seal() -> int:
    """Seal the days that are over and have no seal; return how many. Running it again seals nothing twice."""
    over = {day: end for day, end in _days().items() if day < timezone.localdate()}
    for known in HistorySeal.objects.filter(day__in=over).values_list("day", flat=True):
        del over[known]
    HistorySeal.objects.bulk_create(
        (
            HistorySeal(day=day, links=links, sha256=sha256, mac=_macs(day, links, sha256)[0])
            for day, (links, sha256) in over.items()
        ),
        ignore_conflicts=True,
    )
    return len(over)


def _broken_links() -> Iterator[Break]:
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        yield from (Break(*row) for row in cursor.fetchall())


def _broken_seals() -> Iterator[Break]:
    days = _days()
    for sealed in HistorySeal.objects.order_by("day"):
        macs = _macs(sealed.day, sealed.links, sealed.sha256)
        if not any(constant_time_compare(sealed.mac, mac) for mac in macs):
            yield Break(sealed.day, None, "unsealed")
        elif days.get(sealed.day) != (sealed.links, sealed.sha256):
            yield Break(sealed.day, None, "resealed")


def breaks() -> list[Break]:
    """Every place where the history is not what the portal wrote; none is good news."""
    return [*_broken_links(), *_broken_seals()]


def fits(entry_id: int) -> bool:
    """Whether one act is what its link says; `breaks` asks the same of all."""
    with connection.cursor() as cursor:
        cursor.execute(ONE, [entry_id])
        return bool(cursor.fetchall() == [(True,)])


def head() -> str:
    """The last link, to be kept outside: who has yesterday's can show that nothing before it was taken away."""
    last = HistoryLink.objects.order_by("-id").first()
    return f"{last.id} {last.sha256}" if last else "0"


def holds(kept: str) -> bool:
    """Whether a head that somebody kept outside is still a link of the chain."""
    number, _, sha256 = kept.strip().partition(" ")
    if number == "0":
        return True
    return number.isdigit() and HistoryLink.objects.filter(id=int(number), sha256=sha256).exists()
