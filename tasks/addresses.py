"""Which address of a host may be connected to: none that is private, whatever the name resolves to."""

import ipaddress
import socket
import time
from threading import Thread

from tasks.errors import Unreachable, Unusable

WEB_PORTS = (80, 443)
_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")  # all that is assigned, RFC 4291


def checked_address(host: str, port: int, private: bool, deadline: float) -> tuple[str, int]:
    """The address to connect to: a name can answer a second question differently, so it must be asked once.

    Raises Unusable when any address of the host is not public and `private` does not allow it, Unreachable when the
    host has none, or none is known by the deadline, a time of `time.monotonic`.
    """
    addresses = _addresses(host, port, deadline)
    if not private:
        if port < 1024 and port not in WEB_PORTS:
            raise Unusable(f"Port {port} of {host} is no web server's: 80, 443, and those from 1024 on are asked.")
        for address in addresses:
            if not _public(address):
                raise Unusable(f"{host} is the private address {address}; only public addresses are connected to.")
    return addresses[0], port


def _addresses(host: str, port: int, deadline: float) -> list[str]:
    """Asked in a thread, which is left alone when it takes too long: the system's resolver knows no time limit."""
    found: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            found.extend(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0.0, deadline - time.monotonic()))
    if failed:
        raise Unreachable(f"The host {host} cannot be found: {failed[0]}")
    if not found:
        raise Unreachable(f"The host {host} was not found in time.")
    return found


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour
        if carried is None:  # the rest of IPv6 holds other ways to carry IPv4: NAT64, Teredo, "::127.0.0.1"
            return ip in _GLOBAL_IPV6 and ip.is_global
        ip = carried
    return ip.is_global and not ip.is_multicast
