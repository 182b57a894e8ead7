"""Has anybody changed the history outside the portal? Recompute its hash chain, and compare it with the daily seals.

Each event has in `HistoryLink` the SHA-256 of its content and of the link before it; PostgreSQL adds it at commit. A
day that is over gets a seal whose key is the portal's secret: even somebody who can write to every table cannot forge
one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from mipres_admin.history.models import HistoryLink, HistorySeal

# One pass over both tables. Each event is compared only with its own link, so that one change is reported once.
DISCREPANCIES = """
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
LINK_MATCHES = """
SELECT link.sha256 = encode(sha256(convert_to(coalesce(
    (SELECT sha256 FROM history_historylink AS earlier WHERE earlier.id = link.id - 1), ''
), 'UTF8') || history_content(entry)), 'hex')
FROM history_historylink AS link JOIN history_historyentry AS entry ON entry.id = link.entry_id
WHERE link.entry_id = %s
"""
LAST_LINKS_BY_DAY = """
SELECT DISTINCT ON (day) day, position, sha256 FROM history_historylink ORDER BY day, position DESC
"""

DESCRIPTIONS = {
    "inserted": "el acto no está en la cadena: se insertó por fuera del portal",
    "deleted": "el acto ya no está: se borró",
    "unlinked": "falta el eslabón anterior: se borraron el acto y su eslabón",
    "changed": "el contenido del acto o de su eslabón cambió",
    "resealed": "el día no es el que se selló",
    "unsealed": "el sello no es del portal",
}


@dataclass(frozen=True)
class Discrepancy:
    """A day whose history is not what was recorded: in which event (None: the whole day), and how."""

    day: date
    entry_id: int | None
    kind: str

    def __str__(self) -> str:
        place = f"acto {self.entry_id}" if self.entry_id else "todo el día"
        return f"{self.day:%Y-%m-%d} {place}: {DESCRIPTIONS[self.kind]}"


def _last_links() -> dict[date, tuple[int, str]]:
    """For each day of the chain, its number of events and the hash of its last link."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_LINKS_BY_DAY)
        return {day: (position, sha256) for day, position, sha256 in cursor.fetchall()}


def _macs(day: date, links: int, sha256: str) -> list[str]:
    """The seal of a day by each secret of the portal, the current one first."""
    message = f"{day.isoformat()} {links} {sha256}"
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("mipres_admin.history.chain", message, secret, algorithm="sha256").hexdigest() for secret in secrets
    ]


@transaction.atomic
def seal_past_days() -> int:
    """Seal the days that are over and have no seal; return how many."""
    sealed = set(HistorySeal.objects.values_list("day", flat=True))
    unsealed = {day: last for day, last in _last_links().items() if day < timezone.localdate() and day not in sealed}
    HistorySeal.objects.bulk_create(
        (
            HistorySeal(day=day, links=links, sha256=sha256, mac=_macs(day, links, sha256)[0])
            for day, (links, sha256) in unsealed.items()
        ),
        ignore_conflicts=True,
    )
    return len(unsealed)


def _chain_discrepancies() -> Iterator[Discrepancy]:
    with connection.cursor() as cursor:
        cursor.execute(DISCREPANCIES)
        yield from (Discrepancy(*row) for row in cursor.fetchall())


def _seal_discrepancies() -> Iterator[Discrepancy]:
    last_links = _last_links()
    for seal in HistorySeal.objects.order_by("day"):
        if not any(constant_time_compare(seal.mac, mac) for mac in _macs(seal.day, seal.links, seal.sha256)):
            yield Discrepancy(seal.day, None, "unsealed")
        elif last_links.get(seal.day) != (seal.links, seal.sha256):
            yield Discrepancy(seal.day, None, "resealed")


def discrepancies() -> list[Discrepancy]:
    """Every difference between the history and what the portal recorded."""
    return [*_chain_discrepancies(), *_seal_discrepancies()]


def matches_link(entry_id: int) -> bool:
    """Whether one event still is what its link says; `discrepancies` checks all of them."""
    with connection.cursor() as cursor:
        cursor.execute(LINK_MATCHES, [entry_id])
        return bool(cursor.fetchall() == [(True,)])


def last_link() -> str:
    """The last link as text. A copy outside the portal shows later that nothing before it was removed."""
    last = HistoryLink.objects.order_by("-id").first()
    return f"{last.id} {last.sha256}" if last else "0"


def contains_link(link: str) -> bool:
    """Whether an earlier `last_link` is still in the chain."""
    number, _, sha256 = link.strip().partition(" ")
    if number == "0":
        return True
    return number.isdigit() and HistoryLink.objects.filter(id=int(number), sha256=sha256).exists()
