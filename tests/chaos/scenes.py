"""Short scenes, each aimed at one way in which a system loses, doubles or mixes up, for planted faults to be caught."""

import asyncio
import json
import signal
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from openrecp.databases import database_of
from tests.chaos import power, witness
from tests.chaos.checks import Allowed, Verdict, judge
from tests.chaos.history import History
from tests.chaos.load import Load, Person, dice
from tests.chaos.look import find, standing
from tests.chaos.stage import Lent, Stage
from tests.chaos.stories import WHERE, Town, Working

PER_SECOND, STRIKES, STRIKES_WITHIN_S = 60.0, 4, 4.0
DRAIN_PATIENCE_S, CROWD, ROUNDS, AWAY_S = 8.0, 14, 10, 3.0
DAWDLE = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(random() * 0.05); RETURN NULL; END $$;
CREATE TRIGGER dawdle AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
"""
SECOND = ("gateway-2", "clients-2", "clients-worker-2")


@dataclass
class Scene:
    """A small system on a lent server: one service with API and worker, the gateway, the witness."""

    stage: Stage
    load: Load
    town: Town
    history: History

    async def strikes(self, names: tuple[str, ...], points: tuple[str, ...], strikes: int = STRIKES) -> None:
        """Kill at these points in turn, under load."""
        working = Working(self.town, [self.company] * 12)
        for turn in range(strikes):
            name, point = names[turn % len(names)], points[turn % len(points)]
            await self.stage.until_ready(name)
            self.stage.arm(name, point, 1 + turn // len(points))
            await self.stage.struck(name, STRIKES_WITHIN_S)
        await working.end()

    async def company(self) -> None:
        """A company is registered and changed."""
        number = next(self.town.numbers)
        made = await self.town.officer.post("/v1/clients", {"name": f"Mill {number}", **WHERE})
        if made.ok:
            path = f"/v1/clients/{made.body['client_id']}"
            await self.town.officer.patch(path, {"size_class": "small"}, made.version)

    async def api_dies(self) -> None:
        """The API dies before its commits, and after them before its answers."""
        await self.strikes(("clients",), ("after_commit", "before_commit"))

    async def reader_dies(self) -> None:
        """A consumer dies before its effects, after them, and before it has told how far it is."""
        await self.strikes((witness.NAME,), ("after_commit", "before_commit"), 6)

    async def relay_dies(self) -> None:
        """Two processes that may relay die before and after they have published."""
        self.stage.keep(self.stage.beside("clients-worker", SECOND[2]))
        await self.stage.until_ready(SECOND[2])
        await self.strikes(("clients-worker", SECOND[2]), ("before_publish", "after_publish"))

    async def reader_without_database(self) -> None:
        """The consumer's database is away for a while, twice."""
        working = Working(self.town, [self.company] * 12)
        for _ in range(2):
            await asyncio.sleep(1.0)
            await self._away(AWAY_S)
        await working.end()

    async def _away(self, seconds: float) -> None:
        dsn = str(database_of(self.stage.settings, witness.NAME)[1])
        name = dsn.rpartition("/")[2]
        server = await asyncpg.connect(dsn.replace(name, "postgres"))
        try:
            await server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
            await asyncio.sleep(seconds)
        finally:
            await server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await server.close()

    async def crowd(self) -> None:
        """Many write at once, through two processes of one service, the same rows and others."""
        await self._dawdle()
        self.stage.keep(self.stage.beside("clients", SECOND[1]))
        there = {"OPENRECP_SERVICES__CLIENTS": self.stage.address(SECOND[1])}
        self.stage.keep(self.stage.beside("gateway", SECOND[0], **there))
        await asyncio.gather(*[self.stage.until_ready(name) for name in SECOND[:2]])
        other = Load(self.stage.address(SECOND[0]), self.history, per_second=1_000.0)
        self.load.pace = other.pace
        officers = (self.town.officer, Person(other, self.town.officer.key))
        await asyncio.gather(*[self._meet(officers) for _ in range(CROWD)])
        await other.http.aclose()

    async def _dawdle(self) -> None:
        """Some transactions take longer than others, behind the moment in which they have drawn their numbers."""
        database = await asyncpg.connect(database_of(self.stage.settings, "clients")[1])
        await database.execute(DAWDLE)
        await database.close()

    async def _meet(self, officers: tuple[Person, Person]) -> None:
        """Two change one company at the same moment, again and again; who comes second has to look again."""
        number = next(self.town.numbers)
        made = await officers[number % 2].post("/v1/clients", {"name": f"Mill {number}", **WHERE})
        if not made.ok:
            return
        version, path = made.version, f"/v1/clients/{made.body['client_id']}"
        for turn in range(ROUNDS):
            size = ("micro", "small", "medium", "large")
            both = [officers[n].patch(path, {"size_class": size[(turn + n) % 4]}, version) for n in (0, 1)]
            new = [each.post("/v1/clients", {"name": f"Mill {next(self.town.numbers)}", **WHERE}) for each in officers]
            told = (await asyncio.gather(*both, *new))[:2]
            version = max([version, *[each.version for each in told if each.ok]])

    async def sent_again(self) -> None:
        """A consumer has forgotten how far it was: everything is delivered again, some time after the first time."""
        working = Working(self.town, [self.company] * 8)
        await asyncio.sleep(3.0)
        await working.end()
        await self.drained()
        await asyncio.sleep(4.0)
        kept = self.stage.kept[witness.NAME]
        kept.may_run.clear()
        kept.process.signal(signal.SIGKILL)
        await kept.gone.wait()
        log = await asyncpg.connect(database_of(self.stage.settings, "log")[1])
        await log.execute("UPDATE log_positions SET position = 0 WHERE consumer_group LIKE 'witness.%'")
        await log.close()
        kept.may_run.set()
        await self.stage.until_ready(witness.NAME)
        await asyncio.sleep(3.0)

    async def drained(self) -> None:
        """Wait until all has taken effect, not for long: what is lost never does."""
        for _ in range(int(DRAIN_PATIENCE_S / 0.25)):
            written, waiting, effects = await standing(self.stage.settings, self.stage.services)
            if waiting == 0 and effects >= written:
                return
            await asyncio.sleep(0.25)


ACTS: dict[str, Callable[[Scene], Awaitable[None]]] = {
    act.__name__: act
    for act in (
        Scene.api_dies,
        Scene.reader_dies,
        Scene.relay_dies,
        Scene.reader_without_database,
        Scene.crowd,
        Scene.sent_again,
    )
}
NAMES = (*ACTS, power.NAME)


async def played(name: str, *, port: int, mark: str) -> list[Verdict]:
    """One scene on a lent server whose databases are ready under that mark; what the judges say."""
    with tempfile.TemporaryDirectory(prefix="openrecp-scene-") as folder:
        if name == power.NAME:
            return await asyncio.to_thread(power.cut, Path(folder))
        stage = Stage(Lent(port), Path(folder), services=("clients",), mark=mark)
        history = History(Path(folder) / "history.jsonl")
        load = Load(stage.address("gateway"), history, per_second=PER_SECOND)
        try:
            await stage.start()
            made = json.loads(await stage.once("gateway", "key", "administrator", "--json"))
            town = Town(load, made["key"], dice(1, name))
            town.officer = await town.hire("officer", "officer")
            scene = Scene(stage, load, town, history)
            await ACTS[name](scene)
            await scene.drained()
            return judge(history, await find(stage.settings, stage.services), Allowed())
        finally:
            await stage.stop()
            await load.close()
