"""Which address of a host may be connected to: none that is private, whatever the name resolves to."""

import ipaddress
import socket

from tasks.errors import Unreachable, Unusable

_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")  # all that is assigned, RFC 4291


def checked_address(host: str, port: int, private: bool) -> tuple[str, int]:
    """The address to connect to: a name can answer a second question differently, so it must be asked once.

    Raises Unusable when any address of the host is not public and `private` does not allow it, Unreachable when the
    host has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The host {host} cannot be found: {error}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not private:
        for address in addresses:
            if not _public(address):
                raise Unusable(f"{host} is the private address {address}; only public addresses are connected to.")
    return addresses[0], port


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour
        if carried is None:  # the rest of IPv6 holds other ways to carry IPv4: NAT64, Teredo, "::127.0.0.1"
            return ip in _GLOBAL_IPV6 and ip.is_global
        ip = carried
    return ip.is_global and not ip.is_multicast
