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


# A client of IPv6 can use any address of its /64, a household often a /56 and an organisation a /48. Many clients may
# share those, as they share an IPv4 address: how many times the allowance of a /64 each has.
PREFIXES = ((64, 1), (56, 4), (48, 16))


@dataclass(frozen=True)
class Network:
    """A network that rate limits count, and how many times their allowance it has."""

    name: str
    times: int = 1


def networks() -> tuple[Network, ...]:
    """The networks of the current request, the narrowest first; an IPv4 address is one, and so are all unknown ones."""
    address = origin.get().address
    parsed = ipaddress.ip_address(address) if address else None
    if not isinstance(parsed, ipaddress.IPv6Address):
        return (Network(address or ""),)
    if parsed.ipv4_mapped:
        return (Network(str(parsed.ipv4_mapped)),)
    narrowest = ipaddress.IPv6Network((parsed, PREFIXES[0][0]), strict=False)
    return tuple(Network(str(narrowest.supernet(new_prefix=prefix)), times) for prefix, times in PREFIXES)
