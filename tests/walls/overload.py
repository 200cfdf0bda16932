"""Three times as much as can be done, two thousand who come at once, and one who sends without end: `make overload`.

A real `openrecp up` in a process of its own; the crowd is this process. Every figure stands beside what the same server
did undisturbed in the same run: on a machine that others use, only the ratios mean anything.
"""

import asyncio
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import uvloop

from tests.walls.crowd import LOST, Crowd, Told, good, percentile_ms
from tests.walls.figures import figure

KEYS = 24
CALM = 0.3
"""Of the capacity: what a system is asked on an ordinary day."""
TIMES = 3
CAPACITY_S = 6.0
HERD = 2_000
AFTER_S = 12.0
BACK_WITHIN_S = 10.0
GOODPUT = 0.7
SHARE = 5
"""The limit of a key is a fifth of what a process can carry: so the defaults are meant."""
NOISE = 10
"""Times its limit."""
NOISY_RATIO = 12.0


@dataclass
class System:
    """A running deployment: its port, and keys of officers."""

    port: int
    keys: list[str]

    def creating(self, keys: list[str] | None = None) -> Callable[[], bytes]:
        """Requests that take in a client each, each under a key of its own that makes a repetition safe."""
        chosen, number = itertools.cycle(keys or self.keys), itertools.count()

        def request() -> bytes:
            body = json.dumps({"name": f"Mill {next(number)}", "country": "XA", "province": "XA-R"}).encode()
            head = (
                f"POST /v1/clients HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {next(chosen)}\r\n"
                f"Idempotency-Key: {uuid4()}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            return head.encode() + body

        return request


@asynccontextmanager
async def system(**settings: str) -> AsyncIterator[System]:
    """A new deployment in a folder of its own, told to stop in the end."""
    with tempfile.TemporaryDirectory() as folder:
        openrecp = [sys.executable, "-m", "openrecp"]
        made = subprocess.run([*openrecp, "init", "--pack", "demo", "--data", folder], check=True, capture_output=True)
        found = re.search(rb"orc_[A-Za-z0-9_-]{43}", made.stdout)
        assert found, made.stdout
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with (Path(folder) / "log").open("wb") as log:
            up = [*openrecp, "up", "--data", folder, "--port", str(port)]
            server = subprocess.Popen(up, stdout=log, stderr=log, env=os.environ | settings)
            try:
                yield System(port, await _keys(port, found[0].decode()))
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(60)


async def _keys(port: int, administrator: str) -> list[str]:
    headers = {"Authorization": f"Bearer {administrator}"}
    url = f"http://127.0.0.1:{port}"
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=30) as http:
        for _ in range(300):
            try:
                if (await http.get("/health/ready")).status_code == 200:
                    break
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
        body = {"label": "crowd", "roles": ["officer"]}
        return [(await http.post("/v1/keys", json=body)).json()["key"] for _ in range(KEYS)]


@dataclass
class Overload:
    """What there was to be had, and what came of three times as much."""

    capacities: tuple[float, float]
    calm: list[Told]
    flood: list[Told]
    after: list[Told]
    ended_at: float
    seconds: float

    @property
    def capacity(self) -> float:
        """Successes a second of 32 who ask again when they have their answer: before and after, halfway."""
        return sum(self.capacities) / 2

    @property
    def goodput(self) -> float:
        """Successes a second that were answered while the flood lasted."""
        return sum(each.due_at + each.took_s <= self.ended_at for each in good(self.flood)) / self.seconds

    @property
    def normal_after_s(self) -> float:
        """Seconds until all is as before for three seconds in a row: answered, within three times the p95 it had."""
        bound_s = 3 * percentile_ms(self.calm, 0.95) / 1_000
        asked: Counter[int] = Counter()
        missed: Counter[int] = Counter()
        for each in self.after:
            second = int(each.due_at - self.ended_at)
            asked[second] += 1
            missed[second] += each.status == LOST or each.status >= 300 or each.took_s > bound_s
        normal = {second for second in asked if missed[second] <= max(1, 0.05 * asked[second])}
        return next((float(each) for each in sorted(normal) if {each + 1, each + 2} <= normal), float("inf"))

    def untold(self) -> list[Told]:
        """Those who were neither served nor told when to come again."""
        return [each for each in [*self.flood, *self.after] if not _served_or_told(each)]


def _served_or_told(told: Told) -> bool:
    return 200 <= told.status < 300 or (told.status in (429, 503) and told.retry_after_s is not None)


async def overload(here: System, seconds: float) -> Overload:
    """Find the capacity, then the ordinary day, the flood, the ordinary day again, and the capacity once more: what the
    flood left is judged by both, because the machine itself may have changed meanwhile."""
    crowd, request = Crowd(here.port), here.creating()
    await crowd.closed(16, 2.0, request)
    capacity = await _capacity(crowd, request)
    calm = await crowd.open(request, (CALM * capacity, 4.0))
    began = time.perf_counter()
    told = await crowd.open(request, (TIMES * capacity, seconds), (CALM * capacity, AFTER_S))
    ended_at = began + seconds
    capacities = capacity, await _capacity(crowd, request)
    crowd.leave()
    flood = [each for each in told if each.due_at < ended_at]
    return Overload(capacities, calm, flood, told[len(flood) :], ended_at, seconds)


async def _capacity(crowd: Crowd, request: Callable[[], bytes]) -> float:
    return len(good(await crowd.closed(32, CAPACITY_S, request))) / CAPACITY_S


async def herd(here: System, size: int, within_s: float = 120.0) -> tuple[Counter[str], float]:
    """So many at once, each on a line of its own, who come again when they are told: how it ended for them."""
    crowd, request, seen = Crowd(here.port), here.creating(), Counter[str]()
    end = time.perf_counter() + within_s

    async def one() -> None:
        asked = request()
        while time.perf_counter() < end:
            told = await crowd.ask(asked)
            seen["lost" if told.status == LOST else str(told.status)] += 1
            if not _served_or_told(told):
                seen["untold"] += 1
                return
            if told.retry_after_s is None:
                seen["served"] += 1
                return
            await asyncio.sleep(told.retry_after_s)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(size)))
    crowd.leave()
    return seen, time.perf_counter() - began


async def noise(
    here: System, limit: float, rounds: int = 3, seconds: float = 4.0
) -> tuple[list[Told], list[Told], list[Told]]:
    """Somebody's ordinary work, undisturbed and beside a key at ten times its limit, in turns; what that key got."""
    usual = limit / 4
    own, others = here.creating(here.keys[:1]), here.creating(here.keys[1:2])
    calm: list[Told] = []
    beside: list[Told] = []
    noisy: list[Told] = []
    for _ in range(rounds):
        crowd, apart = Crowd(here.port), Crowd(here.port)
        calm += await crowd.open(others, (usual, seconds))
        loud = asyncio.create_task(apart.open(own, (NOISE * limit, seconds + 1)))
        await asyncio.sleep(0.5)
        beside += await crowd.open(others, (usual, seconds))
        noisy += await loud
        crowd.leave()
        apart.leave()
    return calm, beside, noisy


async def report(seconds: float) -> dict[str, Any]:
    """Every scene once, as figures."""
    async with system() as here:
        _tell("three times as much as can be done")
        seen = await overload(here, seconds)
        _tell(f"{HERD} who come at once")
        crowd_seen, herd_s = await herd(here, HERD)
    limit = seen.capacity / SHARE
    async with system(OPENRECP_DOOR_REQUESTS_PER_MINUTE=str(int(60 * limit))) as here:
        _tell("one who sends without end")
        calm, beside, noisy = await noise(here, limit)
    admitted = good(seen.flood)
    ratio = percentile_ms(beside, 0.95) / percentile_ms(calm, 0.95)
    return {
        "capacity_per_s": [round(each, 1) for each in seen.capacities],
        "asked_per_s": round(len(seen.flood) / seconds, 1),
        "goodput_per_s": round(seen.goodput, 1),
        "goodput_ratio": round(seen.goodput / seen.capacity, 2),
        "refused": len(seen.flood) - len(admitted),
        "untold": len(seen.untold()),
        "calm_ms": [round(percentile_ms(seen.calm, share), 1) for share in (0.5, 0.95, 0.99)],
        "admitted_ms": [round(percentile_ms(seen.flood, share), 1) for share in (0.5, 0.95, 0.99)],
        "normal_after_s": seen.normal_after_s,
        "herd": dict(crowd_seen) | {"size": HERD, "seconds": round(herd_s, 1)},
        "noisy_key": {
            "sent": len(noisy),
            "served": len(good(noisy)),
            "untold": sum(not _served_or_told(each) for each in noisy),
            "others_served": [len(good(beside)), len(beside)],
            "others_p95_ms": [round(percentile_ms(calm, 0.95), 1), round(percentile_ms(beside, 0.95), 1)],
            "ratio": round(ratio, 1),
        },
    }


def _tell(scene: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {scene}", file=sys.stderr, flush=True)


def judged(told: dict[str, Any]) -> bool:
    """Whether every promise was kept; each is a figure of the report on security too."""
    loud, many = told["noisy_key"], told["herd"]
    figure("goodput at three times capacity, of capacity", told["goodput_ratio"], None, f"at least {GOODPUT}")
    figure("seconds until normal after overload", told["normal_after_s"], None, f"at most {BACK_WITHIN_S:g}")
    figure("neither served nor told when to come again, in overload", told["untold"], None, 0)
    figure("of 2,000 who came at once, served in the end", many.get("served", 0), many["size"], many["size"])
    figure("p95 of others beside a key at ten times its limit, times", loud["ratio"], None, f"at most {NOISY_RATIO:g}")
    kept = told["goodput_ratio"] >= GOODPUT and told["normal_after_s"] <= BACK_WITHIN_S and told["untold"] == 0
    herded = many.get("served", 0) == many["size"]
    quiet = (
        loud["ratio"] <= NOISY_RATIO and loud["untold"] == 0 and loud["others_served"][0] == loud["others_served"][1]
    )
    return bool(kept and herded and quiet)


def main() -> None:
    """Print the figures; fail where one is beyond its bound."""
    told = uvloop.run(report(float(os.environ.get("OVERLOAD_S", "15"))))
    print(json.dumps(told, indent=1))
    sys.exit(0 if judged(told) else 1)


if __name__ == "__main__":
    main()
