"""One HTTP request to addresses that were judged before: no name is looked up here, nothing is followed or kept."""

import socket
import ssl
from collections.abc import Mapping, Sequence

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult

from chassis.outside import Address, Answer, NotAnswered, Place


async def posted(
    place: Place,
    found: Sequence[Address],
    body: bytes,
    headers: Mapping[str, str],
    *,
    at_most: int,
    tls: ssl.SSLContext,
) -> Answer:
    """Send a body to one of these addresses and read at most so many bytes of the answer; raises `NotAnswered`.

    Certificate and Host are those of the name; the caller sets the deadline.
    """
    try:
        return await _posted(place, found, body, headers, at_most, tls)
    except aiohttp.ClientSSLError:
        raise NotAnswered("its certificate or its TLS is not valid") from None
    except aiohttp.ClientConnectorError:
        raise NotAnswered("no connection") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise NotAnswered(f"the connection broke or the answer is no HTTP ({type(error).__name__})") from None


async def _posted(
    place: Place, found: Sequence[Address], body: bytes, headers: Mapping[str, str], at_most: int, tls: ssl.SSLContext
) -> Answer:
    connector = aiohttp.TCPConnector(resolver=_Pinned(found), use_dns_cache=False, force_close=True, ssl=tls, limit=1)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # a small answer that unpacks to gigabytes stays small
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None),
    ) as session:
        wanted = yarl.URL(place.url, encoded=True)
        async with session.post(wanted, data=body, headers=headers, allow_redirects=False) as response:
            read = await _at_most(response.content, at_most + 1)
            if len(read) > at_most:
                response.close()
            return Answer(response.status, response.headers, read[:at_most], len(read) > at_most)


class _Pinned(AbstractResolver):
    """Knows only the addresses that were judged, whatever name is asked."""

    def __init__(self, found: Sequence[Address]) -> None:
        self._found = found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(each),
                port=port,
                family=socket.AF_INET if each.version == 4 else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for each in self._found
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def _at_most(content: aiohttp.StreamReader, size: int) -> bytes:
    read = bytearray()
    while len(read) < size and (piece := await content.read(size - len(read))):
        read += piece
    return bytes(read)
