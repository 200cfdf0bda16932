"""Sending to addresses that others gave us: looked up once, every result judged, connected to no other."""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from contracts.refusals import Refusal

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Awaitable[Sequence[str]]]
LONGEST = 2_000
LOOK_UP_S = 5.0
PORTS = (443, 8443)
"""Where HTTPS is spoken by custom; another port may be a database or a mail server that takes our words for its own."""
_URL = re.compile(r"(https?)://([^/?#]*)(/[!-~]*|\?[!-~]*)?")
_AUTHORITY = re.compile(r"(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+)(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "localdomain", "arpa", "svc", "cluster")
# IANA's special-purpose registries for IPv4 (RFC 6890 and its successors) and multicast.
_CLOSED_4 = {
    IPv4Network("0.0.0.0/8"): "it means this machine",
    IPv4Network("10.0.0.0/8"): "it is private",
    IPv4Network("100.64.0.0/10"): "it belongs to a carrier's inner network",
    IPv4Network("127.0.0.0/8"): "it is this machine",
    IPv4Network("169.254.0.0/16"): "it is link-local",
    IPv4Network("172.16.0.0/12"): "it is private",
    IPv4Network("192.0.0.0/24"): "it is reserved",
    IPv4Network("192.0.2.0/24"): "it is reserved for examples",
    IPv4Network("192.88.99.0/24"): "it is reserved",
    IPv4Network("192.168.0.0/16"): "it is private",
    IPv4Network("198.18.0.0/15"): "it is reserved for measurements",
    IPv4Network("198.51.100.0/24"): "it is reserved for examples",
    IPv4Network("203.0.113.0/24"): "it is reserved for examples",
    IPv4Network("224.0.0.0/4"): "it is multicast",
    IPv4Network("240.0.0.0/4"): "it is reserved",
}
# Of IPv6 only global unicast is open, without the parts that carry an IPv4 address or lead to no host.
_OPEN_6 = IPv6Network("2000::/3")
_CLOSED_6 = {
    IPv6Network("2001::/23"): "it is reserved or a tunnel",
    IPv6Network("2001:db8::/32"): "it is reserved for examples",
    IPv6Network("2002::/16"): "it is a tunnel to an IPv4 address",
    IPv6Network("3fff::/20"): "it is reserved for examples",
}


class AddressIsRefused(Refusal):
    status = 422
    sentence = "We do not send to this address: {reason}."


class NotAnswered(Exception):
    """Nothing came back that could be called an answer; in words, without the other side's own."""


@dataclass(frozen=True)
class Place:
    """An address taken apart: nothing else of it reaches a connection."""

    url: str
    scheme: str
    host: str
    port: int


@dataclass(frozen=True)
class Answer:
    """What a receiver said; `cut` says that there was more than we read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool


_looking_up = ThreadPoolExecutor(32, "look-up")
"""A name server that never answers costs a thread of its own, not one that others wait for."""


async def of_the_system(host: str) -> Sequence[str]:
    """Every address of a name, as this machine's resolver knows them."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_looking_up, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def why_closed(address: Address) -> str | None:
    """Why nothing is sent to an address, None if it is open to the world."""
    if isinstance(address, IPv4Address):
        return next((reason for network, reason in _CLOSED_4.items() if address in network), None)
    if address not in _OPEN_6:
        return "it is this machine" if address.is_loopback else "it is no global unicast address"
    return next((reason for network, reason in _CLOSED_6.items() if address in network), None)


def taken_apart(url: str) -> Place:
    """Scheme, host and port of an address written in the one way we admit; raises `AddressIsRefused`.

    There are many spellings that programs read differently (user information, backslashes, octal numbers, percent
    signs): none of them is understood here, so none can be misunderstood later.
    """
    found = _URL.fullmatch(url) if len(url) <= LONGEST else None
    if found is None or "#" in url or "\\" in url:
        raise AddressIsRefused(reason="write it as https://host/path, in ASCII, without a fragment")
    parts = _AUTHORITY.fullmatch(found[2])
    if parts is None:
        raise AddressIsRefused(reason="between https:// and the path stand a host name and at most a port")
    host = parts[1].lower()
    if host.startswith("["):
        _check_ip(host.strip("[]"))
    else:
        _check_name(host)
    port = int(parts[2]) if parts[2] else {"http": 80, "https": 443}[found[1]]
    return Place(url, found[1], host.strip("[]"), port)


def _check_name(host: str) -> None:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressIsRefused(reason="the host is no name")
    # A last label that begins with a digit makes a number of it, in one of the spellings of inet_aton.
    if labels[-1][0].isdigit() and _literal(host) is None:
        raise AddressIsRefused(reason="the host is a number in an unusual spelling")


def _check_ip(host: str) -> None:
    if not isinstance(_literal(host), IPv6Address):
        raise AddressIsRefused(reason="the host is no IPv6 address")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


@dataclass(frozen=True)
class Outside:
    """The way out of the deployment. `loopback` opens this machine too, over http and on any port: for tests and
    demonstrations only. `resolve` and `tls` are the system's unless told otherwise."""

    loopback: bool = False
    resolve: Resolve = of_the_system
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    async def addresses(self, url: str) -> tuple[Place, list[Address]]:
        """Where an address leads, once everything it leads to was found open; raises `AddressIsRefused`."""
        place = taken_apart(url)
        found = await self._look_up(place)
        if self.loopback and all(each.is_loopback for each in found):
            return place, found
        if place.scheme != "https":
            raise AddressIsRefused(reason="it is not https")
        if place.port not in PORTS:
            raise AddressIsRefused(reason=f"port {place.port} is neither 443 nor 8443")
        for each in found:
            closed = why_closed(each)
            if closed is not None:
                raise AddressIsRefused(reason=closed)
        return place, found

    async def _look_up(self, place: Place) -> list[Address]:
        literal = _literal(place.host)
        if literal is not None:
            return [literal]
        labels = place.host.split(".")
        if not self.loopback and (len(labels) == 1 or labels[-1] in _INSIDE):
            raise AddressIsRefused(reason="the name belongs to an inner network")
        try:
            async with asyncio.timeout(LOOK_UP_S):
                found = [ip_address(each) for each in await self.resolve(place.host)]
        except (OSError, TimeoutError, UnicodeError, ValueError):
            found = []
        if not found:
            raise AddressIsRefused(reason="its name is not found")
        return found

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, deadline_s: float, at_most: int
    ) -> Answer:
        """Send once, and read at most so many bytes of the answer; raises `AddressIsRefused` or `NotAnswered`.

        The deadline is for all of it, from the look-up to the last byte.
        """
        from chassis.posting import posted  # its client is loaded where something is sent

        try:
            async with asyncio.timeout(deadline_s):
                place, found = await self.addresses(url)
                return await posted(place, found, body, headers, at_most=at_most, tls=self.tls or _default_tls())
        except TimeoutError:
            raise NotAnswered(f"no answer within {deadline_s:g} seconds") from None


@cache
def _default_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
