"""Do the units of systemd close what the portal does not need?"""

import re
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
units = pytest.mark.parametrize("unit", ["mipres-portal", "mipres-worker"])


def settings_of(unit):
    return read(SYSTEMD / f"{unit}.service")


def read(file):
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@units
def test_the_units_hide_what_is_of_development(unit):
    hidden = settings_of(unit)["InaccessiblePaths"].split()
    assert {f"-/srv/mipres/portal/{name}" for name in (".git", "tests", "bench", "demo")} == set(hidden)


@units
def test_the_units_call_nobody_who_is_not_named(unit):
    settings = settings_of(unit)
    assert (settings["IPAddressDeny"], settings["IPAddressAllow"]) == ("any", "localhost")


@units
def test_the_units_have_no_privileges(unit):
    settings = settings_of(unit)
    assert (settings["NoNewPrivileges"], settings["CapabilityBoundingSet"]) == ("true", "")
    assert (settings["ProtectSystem"], settings["UMask"]) == ("strict", "0077")


def test_the_proxy_has_limits_of_memory_and_connections():
    settings = read(SYSTEMD / "caddy.service.d" / "portal.conf")
    assert (settings["MemoryMax"], settings["MemorySwapMax"], settings["LimitNOFILE"]) == ("2G", "0", "16384")
    assert settings["Environment"] == "GOMEMLIMIT=1536MiB"


def test_one_address_cannot_use_up_the_memory_of_the_proxy():
    """A connection of HTTP/2 with 250 requests that never end costs 13 MB (docs/operations.md, The proxy)."""
    rules = (SYSTEMD.parent / "nftables.conf").read_text()
    (allowed,) = set(re.findall(r"ct count over (\d+)", rules))
    assert rules.count("ct count over") == 2
    assert int(allowed) * 13 < 1536
