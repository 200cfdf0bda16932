"""Addresses that others gave us: what is refused and why, and that nothing but what was judged is connected to."""

from collections.abc import Sequence

import pytest

from chassis.outside import AddressIsRefused, NotAnswered, Outside, why_closed
from tests.kit.receivers import receiver
from tests.walls.figures import figure

PUBLIC = "93.184.215.14"
SPELLING = "write it as https://host/path, in ASCII, without a fragment"
AUTHORITY = "between https:// and the path stand a host name and at most a port"
NUMBER = "the host is a number in an unusual spelling"
INNER = "the name belongs to an inner network"
NO_UNICAST = "it is no global unicast address"
HERE = "it is this machine"
REFUSED = [
    # this machine, in every notation
    ("https://127.0.0.1/", HERE),
    ("https://127.0.0.1:8443/", HERE),
    ("https://127.1.2.3/", HERE),
    ("https://127.255.255.254/", HERE),
    ("https://127.1/", NUMBER),
    ("https://127.0.1/", NUMBER),
    ("https://2130706433/", NUMBER),
    ("https://017700000001/", NUMBER),
    ("https://0x7f000001/", NUMBER),
    ("https://0x7f.0.0.1/", NUMBER),
    ("https://0177.0.0.1/", NUMBER),
    ("https://127.0.0.01/", NUMBER),
    ("https://127.0x0.0.1/", NUMBER),
    ("https://4294967295/", NUMBER),
    ("https://0/", NUMBER),
    ("https://0.0.0.0/", "it means this machine"),
    ("https://0.1.2.3/", "it means this machine"),
    ("https://[::]/", NO_UNICAST),
    ("https://[::1]/", HERE),
    ("https://[0:0:0:0:0:0:0:1]/", HERE),
    ("https://[0000::0001]/", HERE),
    ("https://localhost/", INNER),
    ("https://LOCALHOST/", INNER),
    ("https://api.localhost/", INNER),
    ("https://localhost.localdomain/", INNER),
    ("https://localhost./", "the host is no name"),
    # inner networks
    ("https://10.0.0.1/", "it is private"),
    ("https://10.255.255.255/", "it is private"),
    ("https://172.16.0.1/", "it is private"),
    ("https://172.31.255.255/", "it is private"),
    ("https://192.168.1.1/", "it is private"),
    ("https://100.64.0.1/", "it belongs to a carrier's inner network"),
    ("https://100.127.255.254/", "it belongs to a carrier's inner network"),
    ("https://169.254.169.254/latest/meta-data/", "it is link-local"),
    ("https://169.254.0.1/", "it is link-local"),
    ("https://[fe80::1]/", NO_UNICAST),
    ("https://[fe80::1%25eth0]/", AUTHORITY),
    ("https://[fc00::1]/", NO_UNICAST),
    ("https://[fd12:3456:789a::1]/", NO_UNICAST),
    ("https://[fec0::1]/", NO_UNICAST),
    ("https://metadata/", INNER),
    ("https://metadata.google.internal/", INNER),
    ("https://printer.local/", INNER),
    ("https://exchange.default.svc/", INNER),
    ("https://exchange.default.svc.cluster/", INNER),
    # no host at all
    ("https://224.0.0.1/", "it is multicast"),
    ("https://239.255.255.250/", "it is multicast"),
    ("https://[ff02::1]/", NO_UNICAST),
    ("https://240.0.0.1/", "it is reserved"),
    ("https://255.255.255.255/", "it is reserved"),
    ("https://192.0.0.1/", "it is reserved"),
    ("https://192.0.2.1/", "it is reserved for examples"),
    ("https://198.51.100.1/", "it is reserved for examples"),
    ("https://203.0.113.1/", "it is reserved for examples"),
    ("https://198.18.0.1/", "it is reserved for measurements"),
    ("https://192.88.99.1/", "it is reserved"),
    ("https://[2001:db8::1]/", "it is reserved for examples"),
    ("https://[3fff::1]/", "it is reserved for examples"),
    ("https://[100::1]/", NO_UNICAST),
    # IPv6 that carries IPv4
    ("https://[::ffff:127.0.0.1]/", NO_UNICAST),
    ("https://[::ffff:7f00:1]/", NO_UNICAST),
    ("https://[::ffff:10.0.0.1]/", NO_UNICAST),
    ("https://[::127.0.0.1]/", NO_UNICAST),
    ("https://[::ffff:0:127.0.0.1]/", NO_UNICAST),
    ("https://[64:ff9b::7f00:1]/", NO_UNICAST),
    ("https://[64:ff9b::10.0.0.1]/", NO_UNICAST),
    ("https://[64:ff9b:1::1]/", NO_UNICAST),
    ("https://[2002:7f00:1::]/", "it is a tunnel to an IPv4 address"),
    ("https://[2002:a00:1::1]/", "it is a tunnel to an IPv4 address"),
    ("https://[2001::1]/", "it is reserved or a tunnel"),
    # who is the host?
    ("https://receiver.example@127.0.0.1/", AUTHORITY),
    ("https://user:word@receiver.example/", AUTHORITY),
    ("https://127.0.0.1\\@receiver.example/", SPELLING),
    ("https://receiver.example\\@127.0.0.1/", SPELLING),
    ("https://receiver.example#@127.0.0.1/", SPELLING),
    ("https://127.0.0.1#.receiver.example/", SPELLING),
    ("https://receiver.example/#part", SPELLING),
    ("https://receiver%2eexample/", AUTHORITY),
    ("https://%31%32%37.0.0.1/", AUTHORITY),
    ("https://①②⑦.⓪.⓪.①/", AUTHORITY),
    ("https://receiver。example/", AUTHORITY),
    ("https://ⓛocalhost/", AUTHORITY),
    ("https:///receiver.example/", AUTHORITY),
    ("https:receiver.example/", SPELLING),
    ("https:/receiver.example/", SPELLING),
    ("https:\\\\receiver.example/", SPELLING),
    ("//receiver.example/", SPELLING),
    ("receiver.example", SPELLING),
    (" https://receiver.example/", SPELLING),
    ("https://receiver.example/ ", SPELLING),
    ("https://receiver.example/\r\nHost: localhost", SPELLING),
    ("https://receiver.example\t/", AUTHORITY),
    ("https://receiver..example/", "the host is no name"),
    ("https://-receiver.example/", "the host is no name"),
    ("https://1.2.3.4.5/", NUMBER),
    ("https://256.1.1.1/", NUMBER),
    ("https://[::1/", AUTHORITY),
    ("https://[1.2.3.4]/", "the host is no IPv6 address"),
    ("https://[zz]/", AUTHORITY),
    ("https://[::::]/", "the host is no IPv6 address"),
    # other doors
    ("http://receiver.example/", "it is not https"),
    ("HTTPS://receiver.example/", SPELLING),
    ("ftp://receiver.example/", SPELLING),
    ("file:///etc/passwd", SPELLING),
    ("gopher://receiver.example/", SPELLING),
    ("ws://receiver.example/", SPELLING),
    ("javascript:alert(1)", SPELLING),
    ("https://receiver.example:22/", "port 22 is neither 443 nor 8443"),
    ("https://receiver.example:25/", "port 25 is neither 443 nor 8443"),
    ("https://receiver.example:0/", "port 0 is neither 443 nor 8443"),
    ("https://receiver.example:6379/", "port 6379 is neither 443 nor 8443"),
    ("https://receiver.example:99999/", "port 99999 is neither 443 nor 8443"),
    ("https://receiver.example:/", AUTHORITY),
    ("https://receiver.example:+443/", AUTHORITY),
    ("", SPELLING),
    ("https://receiver.example/" + "a" * 2_000, SPELLING),
]


async def public(_: str) -> Sequence[str]:
    """A name server to whom every name is a public address: what is refused is refused without it."""
    return [PUBLIC]


@pytest.mark.parametrize(("url", "reason"), REFUSED, ids=[repr(url)[:60] for url, _ in REFUSED])
async def test_an_address_that_does_not_lead_outside_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(AddressIsRefused) as refused:
        await Outside(resolve=public).addresses(url)
    assert refused.value.params == {"reason": reason}


async def test_the_table_is_long_enough_and_none_of_it_is_admitted() -> None:
    urls = {url for url, _ in REFUSED}
    blocked = [url for url in urls if await _is_refused(url)]
    figure("addresses for webhooks that do not lead outside: blocked", len(blocked), len(urls), len(urls))
    assert len(blocked) == len(urls) >= 60


async def _is_refused(url: str) -> bool:
    try:
        await Outside(resolve=public).addresses(url)
    except AddressIsRefused:
        return True
    return False


@pytest.mark.parametrize(
    "url",
    [
        "https://receiver.example/",
        "https://receiver.example",
        "https://receiver.example:8443/hooks/a%20b?key=1&b=c",
        "https://Receiver.Example/hooks",
        "https://xn--bcher-kva.example/",
        "https://1st.receiver.example/",
        "https://93.184.215.14/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://receiver.example?query",
    ],
)
async def test_an_address_that_leads_outside_is_admitted(url: str) -> None:
    place, found = await Outside(resolve=public).addresses(url)
    assert place.url == url
    assert [why_closed(each) for each in found] == [None]


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.1.2.3", "::1", "fe80::1", "::ffff:10.0.0.1", "169.254.169.254"])
@pytest.mark.parametrize("order", [1, -1])
async def test_one_inner_address_among_many_refuses_the_name(inner: str, order: int) -> None:
    async def mixed(_: str) -> Sequence[str]:
        return [PUBLIC, inner, "93.184.215.15"][::order]

    with pytest.raises(AddressIsRefused):
        await Outside(resolve=mixed).addresses("https://receiver.example/")


async def test_a_name_that_is_not_found_is_refused() -> None:
    async def nobody(_: str) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(AddressIsRefused) as refused:
        await Outside(resolve=nobody).addresses("https://receiver.example/")
    assert refused.value.params == {"reason": "its name is not found"}


async def test_a_name_is_looked_up_once_and_only_what_was_judged_is_connected_to() -> None:
    """A name server that says something else the second time (rebinding) is not asked a second time."""
    asked: list[str] = []
    async with receiver() as good, receiver() as other:

        async def changing(host: str) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

        way = Outside(loopback=True, resolve=changing)
        answer = await way.post(f"http://receiver.example:{good.port}/hooks", b"x", {}, deadline_s=5, at_most=10)
    assert (answer.status, asked) == (204, ["receiver.example"])
    assert good.got[0].headers["host"] == f"receiver.example:{good.port}"
    assert other.got == []


async def test_a_name_that_leads_inside_later_is_refused_when_something_is_sent() -> None:
    async def moved(_: str) -> Sequence[str]:
        return ["127.0.0.1"]

    async with receiver() as inside:
        with pytest.raises(AddressIsRefused):
            await Outside(resolve=moved).post("https://receiver.example/", b"x", {}, deadline_s=5, at_most=10)
    assert inside.got == []


async def test_an_open_loopback_opens_nothing_else() -> None:
    for url in ("http://10.0.0.1/", "https://10.0.0.1/", "http://receiver.example/", "https://169.254.169.254/"):
        with pytest.raises(AddressIsRefused):
            await Outside(loopback=True, resolve=public).addresses(url)


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver() as proxy, receiver() as wanted:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await Outside(loopback=True).post(wanted.url, b"x", {}, deadline_s=5, at_most=10)
    assert (len(wanted.got), proxy.got) == (1, [])


async def test_a_plain_server_is_no_https() -> None:
    async with receiver() as plain:
        with pytest.raises(NotAnswered):
            await Outside(loopback=True).post(f"https://127.0.0.1:{plain.port}/", b"x", {}, deadline_s=5, at_most=10)
    assert plain.got == []
