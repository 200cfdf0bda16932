"""Who somebody is comes from the key alone, and where a request ends from its own head: nothing else has an effect."""

import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.principals import Role
from tests.kit import people
from tests.kit.door import Door, door, serving
from tests.walls.figures import figure
from tests.walls.raw import answers, ask
from tests.walls.smuggling import SHAPES, TRICKS, smuggled

LINES: list[str] = tomllib.loads((Path(__file__).parent / "forged_headers.toml").read_text(encoding="utf-8"))["lines"]
PASSED_ON = {"accept", "authorization", "correlation-id", "host", "traceparent", "user-agent"}
"""All that a service may see of such a request."""


@dataclass
class Places:
    """The door and a service of its own port; a ministry's key and token, and an officer's."""

    here: Door
    ports: dict[str, int]
    ministry: dict[str, str]
    officer: dict[str, str]
    words: dict[str, str]

    async def code(self, where: str, line: str, *, key: bool, path: str = "/v1/clients", method: str = "POST") -> str:
        """What the ministry, or nobody, is told for a request with one more line."""
        for name, word in self.words.items():
            line = line.replace("{" + name + "}", word)
        own = f"Authorization: Bearer {self.ministry[where]}\r\n" if key else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\n{own}{line}\r\nContent-Length: 2\r\n\r\n{{}}"
        return (
            await ask(self.ports[where], head.encode().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        ).code

    async def clients(self) -> int:
        """How many clients there are."""
        return len((await self.here.as_(self.officer["door"]).get("/v1/clients")).json()["items"])


@pytest.fixture
async def places(tmp_path: Path) -> AsyncIterator[Places]:
    async with door(tmp_path, "over_http") as here, serving(here.behind.running.app) as service:
        mint = here.behind.mint
        keys = {role: (await here.key(role))["key"] for role in ("ministry", "officer")}
        tokens = {"ministry": mint.token(people.person(Role.MINISTRY)), "officer": mint.token(people.officer())}
        both = {role: {"door": keys[role], "service": tokens[role]} for role in keys}
        words = {"token": mint.token(people.administrator()), "administrator": here.administrator_key}
        ports = {"door": here.port, "service": int(service.rpartition(":")[2])}
        yield Places(here, ports, both["ministry"], both["officer"], words)


async def test_no_line_of_a_head_makes_anybody_somebody_else(places: Places) -> None:
    harmless = 0
    odd = []
    for line in LINES:
        told = {
            f"{where}, {'ministry' if key else 'nobody'}": await places.code(where, line, key=key)
            for where in places.ports
            for key in (True, False)
        }
        wanted = {name: "not_allowed" if name.endswith("ministry") else "sign_in_needed" for name in told}
        seen = dict((await places.here.as_(None, **_named(line, places)).get("/v1/workshop/headers")).json())
        if told == wanted and set(seen) <= PASSED_ON and not {"authorization"} & set(seen):
            harmless += 1
        else:
            odd.append(f"{line}: {told}, a service saw {sorted(set(seen) - PASSED_ON)}")
    figure("forged lines of a head without effect, at the door and at a service", harmless, len(LINES), len(LINES))
    assert not odd, "\n".join(odd)
    assert await places.clients() == 0


def _named(line: str, places: Places) -> dict[str, str]:
    name, _, value = line.partition(": ")
    return {name: value.replace("{token}", places.words["token"]).replace("{administrator}", "orc_x")}


async def test_a_line_that_asks_to_drop_the_key_drops_nothing(places: Places) -> None:
    key = places.officer["door"]
    lines = f"Host: x\r\nAuthorization: Bearer {key}\r\nConnection: authorization, close"
    assert (await ask(places.here.port, f"GET /v1/clients HTTP/1.1\r\n{lines}\r\n\r\n".encode())).status == 200


async def test_no_shape_of_a_request_hides_another_in_it(places: Places) -> None:
    held, odd = 0, []
    for where, port in places.ports.items():
        hidden = smuggled(places.officer[where])
        for name, shape, wanted in SHAPES:
            told = [each.code for each in await answers(port, shape(hidden), within_s=8)]
            if told == wanted and await places.clients() == 0:
                held += 1
            else:
                odd.append(f"{where}, {name}: {told} instead of {wanted}")
    of = len(SHAPES) * len(places.ports)
    figure("request smuggling shapes without effect", held, of, of)
    assert not odd, "\n".join(odd)


async def test_what_is_hidden_there_would_have_worked_by_itself(places: Places) -> None:
    """Else nothing above would show that it was hidden in vain."""
    for where, port in places.ports.items():
        assert (await ask(port, smuggled(places.officer[where]))).status == 201
    assert await places.clients() == 2


async def test_no_way_of_writing_an_address_or_a_method_leads_past_a_permission(places: Places) -> None:
    held, odd = 0, []
    for where, port in places.ports.items():
        for trick in TRICKS:
            head = f"{trick} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {places.ministry[where]}\r\n"
            told = await ask(port, f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode("latin-1"))
            if told.status in (307, 400, 403, 404, 405):
                held += 1
            else:
                odd.append(f"{where}, {trick}: {told.status} {told.body[:100]!r}")
    of = len(TRICKS) * len(places.ports)
    figure("tricks with addresses and methods without effect", held, of, of)
    assert not odd, "\n".join(odd)
