"""The bridge that a cloud's machines share: its address, the way out for the machines, and nobody's way in."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from localcloud.home import CloudError, Home, Numbers
from localcloud.host import run

CLAIMS = Path("/var/lib/continuum/networks")
FIRST = 64  # the first network that clouds have is 10.64.0.0/16
METADATA_ADDRESS = "169.254.169.254"
METADATA_PORT = 8169  # where the bridge's own address answers for it


def claim_network(home: Home) -> IPv4Network:
    """A /16 of 10/8 (10.64 to 10.191) for the cloud in that folder: its own until `give_back`, also while stopped.

    Nothing on this host uses it or is routed to it, and no other cloud was given it.
    """
    CLAIMS.mkdir(parents=True, exist_ok=True)
    taken = [IPv4Network(network) for network in _networks_in_use()]
    for number in range(128):
        network = IPv4Network(f"10.{FIRST + number}.0.0/16")
        if not any(network.overlaps(other) for other in taken) and _claim(network, home):
            return network
    raise CloudError("no free 10.x.0.0/16 network on this host: `ip route` shows what uses them")


def number_of(network: IPv4Network) -> int:
    """Which of the clouds' networks that is, from 0: no two clouds on this host have the same."""
    return network.network_address.packed[1] - FIRST


def give_back(numbers: Numbers) -> None:
    _claim_file(numbers.subnet).unlink(missing_ok=True)
    with suppress(OSError):  # other clouds' claims may be there
        CLAIMS.rmdir()
        CLAIMS.parent.rmdir()


def _claim(network: IPv4Network, home: Home) -> bool:
    """A claim is a link to the cloud's folder: making it fails where another was quicker."""
    file = _claim_file(network)
    if file.is_symlink() and not file.exists():
        file.unlink()  # that cloud was removed by hand
    try:
        file.symlink_to(home.path)
    except FileExistsError:
        return file.readlink() == home.path
    return True


def _claim_file(network: IPv4Network) -> Path:
    return CLAIMS / str(network.network_address)


def _networks_in_use() -> Iterable[str]:
    for route in json.loads(run("ip", "-j", "-4", "route", "show", "table", "all")):
        if route["dst"] != "default":
            yield route["dst"]
    for line in Path("/etc/resolv.conf").read_text().splitlines():
        if line.startswith("nameserver") and "." in line:
            yield line.split()[1]


def free_port(preferred: int) -> int:
    """The preferred port of loopback or, where it is taken, one that the system picks."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CloudError("no free port on 127.0.0.1")


def up(numbers: Numbers) -> None:
    """Make the bridge and its rules; harmless where they are there already."""
    bridge = numbers.bridge
    if not Path(f"/sys/class/net/{bridge}").exists():
        run("ip", "link", "add", bridge, "type", "bridge", "forward_delay", "0")
        # without a carrier of its own the bridge's address would be gone whenever no machine runs
        run("ip", "link", "set", bridge, "address", mac_of(numbers.gateway))
    run("ip", "address", "replace", f"{numbers.gateway}/{numbers.subnet.prefixlen}", "dev", bridge)
    run("ip", "link", "set", bridge, "up")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1\n")
    run("nft", "-f", "-", stdin=_rules(numbers))
    _let_docker_forward(bridge)


def down(numbers: Numbers) -> None:
    subprocess.run(["nft", "delete", "table", "ip", numbers.bridge], capture_output=True, check=False)
    subprocess.run(["ip", "link", "delete", numbers.bridge], capture_output=True, check=False)
    for rule in _docker_rules(numbers.bridge):
        while _iptables("-D", *rule):
            pass


def _rules(numbers: Numbers) -> str:
    """nft's table: metadata's well-known address is the bridge's own, machines reach out, nobody outside reaches in."""
    bridge, network = numbers.bridge, numbers.network
    return f"""
table ip {bridge}
delete table ip {bridge}
table ip {bridge} {{
  chain prerouting {{
    type nat hook prerouting priority dstnat
    iifname "{bridge}" ip daddr {METADATA_ADDRESS} tcp dport 80 dnat to {numbers.gateway}:{METADATA_PORT}
  }}
  chain postrouting {{
    type nat hook postrouting priority srcnat
    ip saddr {network} ip daddr != {network} masquerade
  }}
  chain forward {{
    type filter hook forward priority filter
    oifname "{bridge}" iifname != "{bridge}" ct state new drop
  }}
}}
"""


def _let_docker_forward(bridge: str) -> None:
    """Docker drops every forwarded packet it does not know; the chain it keeps for exceptions takes ours."""
    for rule in _docker_rules(bridge):
        if not _iptables("-C", *rule):
            _iptables("-I", *rule)


def _docker_rules(bridge: str) -> list[tuple[str, ...]]:
    """None where there is no Docker."""
    if not shutil.which("iptables") or not _iptables("-n", "-L", "DOCKER-USER"):
        return []
    return [("DOCKER-USER", direction, bridge, "-j", "ACCEPT") for direction in ("-i", "-o")]


def _iptables(*words: str) -> bool:
    return subprocess.run(["iptables", "-w", *words], capture_output=True, check=False).returncode == 0


def mac_of(address: IPv4Address) -> str:
    """A machine's address on the wire, from its IP: the same after a reboot, so nobody's ARP table is stale."""
    return "02:00:" + ":".join(f"{part:02x}" for part in address.packed)
