"""Where does the current request come from? Its address and its own id, for the history and the logs."""

import ipaddress
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: its client address (None for a command) and its own id."""

    address: str | None = None
    request_id: str = ""


NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def network_of(address: str) -> str:
    """The address that a rate limit counts: an IPv6 client can use any address of its /64, so the /64."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return address
