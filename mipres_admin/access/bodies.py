"""How large may the body of a request be? As its view declares; a body that does not say its size is not read."""

from dataclasses import dataclass

from django.http import HttpRequest

KILOBYTE, MEGABYTE = 1024, 1024 * 1024

# a form without a file, and what stands around a file
ORDINARY_BODY = 256 * KILOBYTE

# with this header and without the body the proxy asks whether the portal takes it (deploy/Caddyfile); 204 says yes
ANNOUNCED = "X-Announced-Length"
# bodies from this size on are announced
LEAST_ANNOUNCED = 10_000

# for services: ASCII, as RFC 6749 has the descriptions of errors
LENGTH_REQUIRED = "El cuerpo debe venir con Content-Length, no por partes (chunked)."
TOO_LARGE = "El cuerpo puede tener {} bytes o menos."


@dataclass(frozen=True)
class Upload:
    """A view that takes one file of at most `largest` bytes; how many an hour, `middleware/bodies.py` counts.

    Each account has its own count. With `by_origin` the network counts as well: of accounts that anybody can open.
    """

    largest: int
    by_origin: bool = False


def size_in_words(size: int) -> str:
    """A limit as a page says it: "10 MB", "256 KB"."""
    return f"{size // MEGABYTE} MB" if size >= MEGABYTE else f"{size // KILOBYTE} KB"


def is_announced(request: HttpRequest) -> bool:
    """Whether the proxy still keeps the body, of whatever method, and only asks whether the portal takes it."""
    return ANNOUNCED in request.headers


def body_size(request: HttpRequest) -> int | None:
    """The bytes of the body, as the request or the proxy says; None when it does not say how many will come."""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return None
    length = request.headers.get(ANNOUNCED) or request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isdecimal() else 0


def body_problem(request: HttpRequest, limit: int) -> tuple[int, str] | None:
    """The status (411, 413) and the reason, for a service, why the body is not read; None when it may be."""
    size = body_size(request)
    if size is None:
        return 411, LENGTH_REQUIRED
    return (413, TOO_LARGE.format(limit)) if size > limit else None
