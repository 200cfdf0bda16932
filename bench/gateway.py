"""The gateway beside nginx and express-gateway, and nginx in front of it with cached decisions."""

import json
import re
import shutil
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2

from bench.deployment import Deployment
from bench.figures import Figure
from bench.harness import Info, Plan, Reading, Report, Result, Sample, Worked, against, alone, interval, median, rounds
from bench.load import Ask, drive
from bench.processes import BESIDE, UNDER_TEST, DidNotStart, Program, done, postgres, started
from deploy.local.nginx import MAIN, lay_out
from deploy.local.postgres import free_port

NGINX = "/usr/sbin/nginx"
EXPRESS = Path(__file__).parent / "peers" / "express"
SECRET = "of no use outside of a benchmark on loopback"  # noqa: S105  it says so
PATH = "/v1/clients/01990000-0000-7000-8000-000000000001"
ANSWER = json.dumps({"client_id": PATH[-36:], "version": 1, "name": "Bench Mill", "filler": "x" * 500})
CONNECTIONS, RATE, MOMENT_S = 32, 100.0, 2.0
ENOUGH = "1000000"


async def measure(plan: Plan) -> Report:
    """One upstream that answers at once; nginx, the gateway, nginx in front of it, and express-gateway pass to it."""
    async with postgres() as cluster, _ways(plan, Deployment(cluster, plan.folder)) as ways:
        flood = await rounds(plan, {name: each.flood for name, each in ways.items() if name != "upstream"})
        drops = await rounds(plan, {name: each.drops for name, each in ways.items() if name in ("upstream", "gateway")})
    added = [
        through.quantile_ms(0.5) - straight.quantile_ms(0.5)
        for through, straight in zip(drops["gateway"], drops["upstream"], strict=True)
    ]
    results = [
        alone("gateway: added p50 at 100 requests/s", "ms", statistics.median(added), target=1.5, at_most=True),
        _per_core("gateway: requests/s of a core", flood["gateway"], flood["nginx"], 0.10, "nginx as a plain proxy"),
        _per_core(
            "nginx with cached decisions: requests/s of a core", flood["front"], flood["nginx"], 0.5, "nginx alone"
        ),
    ]
    if "express-gateway" in flood:
        peer = flood["express-gateway"]
        results.append(
            _per_core("gateway beside express-gateway", flood["gateway"], peer, 1.0, "express-gateway, no key")
        )
    info = [
        Info(f"{name}: p99 at 32 connections", "ms", median(samples, lambda sample: sample.quantile_ms(0.99)))
        for name, samples in flood.items()
    ]
    return Report(results, info)


def _per_core(name: str, values: Sequence[Sample], limits: Sequence[Sample], target: float, limit_is: str) -> Result:
    def rate(sample: Sample) -> float:
        return 1_000_000 / sample.cpu_us()

    return against(name, "per s", values, limits, rate, target=target, limit_is=limit_is)


class Way:
    """A way to the upstream: where it is asked, with which key, and whose CPU it costs."""

    def __init__(self, plan: Plan, port: int, programs: Sequence[Program], headers: dict[str, str]) -> None:
        self._plan, self._port, self._headers = plan, port, headers
        self._cpu: dict[str, Reading] = {each.name: each.cpu_s for each in programs}

    async def flood(self) -> Sample:
        """As much as it can carry, asked by wrk."""
        return await interval(self._cpu, lambda: self._wrk(self._plan.seconds))

    async def drops(self) -> Sample:
        """A hundred requests a second."""

        async def work() -> Worked:
            ask = Ask("GET", PATH, self._headers)
            return (await drive(self._port, [ask], seconds=self._plan.seconds, rate=RATE, connections=4)).worked

        return await interval(self._cpu, work)

    async def warm(self) -> None:
        await self._wrk(MOMENT_S)

    async def _wrk(self, seconds: float) -> Worked:
        headers = [part for name, value in self._headers.items() for part in ("-H", f"{name}: {value}")]
        url = f"http://127.0.0.1:{self._port}{PATH}"
        said = await done(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--latency", *headers, url])
        if "Non-2xx" in said or "Socket errors" in said:
            raise DidNotStart(f"wrk at {self._port}: {said}")
        found = re.search(r"(\d+) requests in ([\d.]+)(m?s)", said)
        waits = {int(share): _ms(value, unit) for share, value, unit in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)", said)}
        if found is None:
            raise DidNotStart(f"wrk said {said}")
        took = float(found[2]) / (1_000 if found[3] == "ms" else 1)
        steps = [waits[50]] * 75 + [waits[75]] * 15 + [waits[90]] * 9 + [waits[99]]
        return Worked(int(found[1]), steps, took)


def _ms(value: str, unit: str) -> float:
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1_000.0}[unit]


@asynccontextmanager
async def _ways(plan: Plan, deployment: Deployment) -> AsyncIterator[dict[str, Way]]:
    """All of them up and warm: what is asked about on one core, the upstream on the other."""
    async with AsyncExitStack() as stack:
        upstream, behind = await stack.enter_async_context(_nginx(plan, "upstream", BESIDE, f"return 200 '{ANSWER}';"))
        passing = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://upstream;'
        nginx, plain = await stack.enter_async_context(_nginx(plan, "nginx", UNDER_TEST, passing, upstream=behind))
        gateway, door, key = await stack.enter_async_context(_gateway(deployment, behind))
        bearer = {"Authorization": f"Bearer {key}"}
        front, before = await stack.enter_async_context(_front(plan, door, behind))
        ways = {
            "upstream": Way(plan, behind, [upstream], bearer),
            "nginx": Way(plan, plain, [nginx], bearer),
            "gateway": Way(plan, door, [gateway], bearer),
            "front": Way(plan, before, [front, gateway], bearer),
        }
        express = await stack.enter_async_context(_express(plan, behind))
        if express is not None:
            ways["express-gateway"] = Way(plan, express[1], [express[0]], bearer)
        for way in ways.values():
            await way.warm()
        yield ways


@asynccontextmanager
async def _nginx(
    plan: Plan, name: str, core: int, answer: str, *, upstream: int = 0
) -> AsyncIterator[tuple[Program, int]]:
    """nginx that does one thing."""
    port, folder = free_port(), plan.folder / name
    folder.mkdir()
    kept = "keepalive 64; keepalive_requests 1000000;"
    group = f"upstream upstream {{ server 127.0.0.1:{upstream}; {kept} }}" if upstream else ""
    body = f"{group} server {{ listen 127.0.0.1:{port}; default_type application/json; location / {{ {answer} }} }}"
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user="root", log="off", body=body), encoding="utf-8")
    command = [NGINX, "-p", str(folder), "-c", str(main)]
    async with started(name, command, folder=plan.folder, core=core, port=port) as program:
        yield program, port


@asynccontextmanager
async def _front(plan: Plan, door: int, behind: int) -> AsyncIterator[tuple[Program, int]]:
    """The files of deploy/nginx; the limit of a key is lifted, as the gateway's is."""
    port, folder = free_port(), plan.folder / "front"
    places = {"gateway": f"127.0.0.1:{door}", "clients": f"127.0.0.1:{behind}"}
    main = lay_out(folder, port=port, secret=SECRET, upstreams=places)
    conf = folder / "openrecp.conf"
    conf.write_text(conf.read_text(encoding="utf-8").replace("rate=200r/s", "rate=1000000r/s"), encoding="utf-8")
    command = [NGINX, "-p", str(folder), "-c", str(main)]
    async with started("front", command, folder=plan.folder, port=port) as program:
        yield program, port


@asynccontextmanager
async def _gateway(deployment: Deployment, behind: int) -> AsyncIterator[tuple[Program, int, str]]:
    """The gateway as it is deployed, with key, permission, limits, log and metrics; an officer's key."""
    await deployment.prepare("gateway")
    signing = deployment.folder / "signing.pem"
    signing.touch(mode=0o600)
    signing.write_text(deployment.key, encoding="ascii")
    environment = {
        "OPENRECP_SERVICES": f"http://127.0.0.1:{behind}",
        "OPENRECP_SIGNING_KEY_FILE": str(signing),
        "OPENRECP_DOOR_REQUESTS_PER_MINUTE": ENOUGH,
        "OPENRECP_DOOR_FRONT_SECRET": SECRET,
    }
    said = await done(
        [sys.executable, "-m", "openrecp", "key", "administrator", "--json"],
        environment=deployment.environment(0) | environment,
    )
    async with deployment.serving("gateway", also=environment) as (program, port):
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60.0) as http:
            http.headers["Authorization"] = f"Bearer {json.loads(said)['key']}"
            made = await http.post("/v1/keys", json={"label": "bench", "roles": ["officer"]})
            yield program, port, made.json()["key"]


@asynccontextmanager
async def _express(plan: Plan, behind: int) -> AsyncIterator[tuple[Program, int] | None]:
    """express-gateway by `npm ci` from its lock; None, said loudly, where it cannot be had."""
    if not (EXPRESS / "node_modules").exists():
        try:
            await done(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(EXPRESS)])
        except DidNotStart as error:
            plan.tell(f"NOT MEASURED: express-gateway cannot be installed: {error}")
            yield None
            return
    port, folder = free_port(), plan.folder / "express-config"
    shutil.copytree(EXPRESS / "config", folder)
    shutil.copytree(EXPRESS / "node_modules" / "express-gateway" / "lib" / "config" / "models", folder / "models")
    environment = {
        "EG_FOLDER": str(folder),
        "EG_HTTP_PORT": str(port),
        "EG_UPSTREAM": f"http://127.0.0.1:{behind}",
        "NODE_ENV": "production",
    }
    command = ["node", str(EXPRESS / "gateway.js")]
    async with started("express", command, folder=plan.folder, port=port, environment=environment) as program:
        yield program, port


FIGURE = Figure(
    "The gateway",
    measure,
    """
Everything passes to one nginx that answers 600 bytes at once. The gateway is `openrecp serve gateway` with a key of an
officer, permission, limit, log line and metrics; nginx beside it does nothing but pass on, without a log; the front is
`deploy/nginx` as it is shipped, its decisions cached for two seconds, with what the gateway spends on them added to its
CPU; express-gateway passes on by its proxy policy alone, without keys. Requests per second of a core are one second by
CPU time per request, so that whoever asks does not count.

**What costs the rest.** Nearly all is the interpreter: a third in aiohttp's client, a quarter in uvicorn's protocol and
its writes, a tenth in the log line, the remainder in our layers (wire, turnstile, guard, door, gates, limit, headers).

**What holds the next fifth back.** The client: a protocol on httptools that only passes on would take most of that
third. Then the log line, written by structlog field by field. Who needs more today takes the front, where a request
costs nginx a second, internal request and the reading of a cached decision from a file in memory.
""",
    needs=("pgbench", "wrk", "node", "npm"),
)
