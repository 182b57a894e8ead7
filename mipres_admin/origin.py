"""Where does the current request come from? Its address and its own id, for the history and the logs."""

import ipaddress
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: its client address (None for a command), its own id, and the device's cookie."""

    address: str | None = None
    request_id: str = ""
    device_cookie: str = field(default="", repr=False)


NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def network_of(address: str) -> str:
    """The address that a rate limit counts: an IPv6 client can use any address of its /64, so the /64."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return address
