"""The storm: the whole system under load while everything of it is killed, stopped, sent twice and poisoned."""

import asyncio
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.postgres import binaries
from tests.chaos import report as reporting
from tests.chaos import witness
from tests.chaos.administrator import rebuilt
from tests.chaos.checks import Allowed, Verdict, judge
from tests.chaos.faults import Faults, Injected
from tests.chaos.history import History
from tests.chaos.load import Load, dice
from tests.chaos.look import find, standing
from tests.chaos.report import Report
from tests.chaos.stage import Ground, Recovery, Stage
from tests.chaos.stories import Town, Working

TOGETHER = ("training", "assessments", "impact", "exchange")
REBUILT = ("impact", "assessments", "training", witness.NAME)
CALM_S, DRAINED_WITHIN_S, DRAIN_PATIENCE_S = 5.0, 30.0, 120.0
SLOWER_AT_MOST = 3.0
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Form:
    """How long, how hard."""

    name: str
    per_second: float
    acknowledged: int
    kills: int
    rounds: int
    """How often the row of acts is played."""
    kills_a_round: int
    away_s: float
    frozen_s: float
    blocked_s: float


SHORT = Form("short", 28.0, 3_000, 30, 1, 27, 20.0, 32.0, 8.0)
LONG = Form("long", 28.0, 20_000, 300, 5, 59, 120.0, 40.0, 15.0)
PROBE = Form("probe", 28.0, 300, 0, 1, 3, 8.0, 32.0, 8.0)
CALM = Form("calm", 28.0, 300, 0, 0, 0, 0.0, 0.0, 0.0)


@dataclass
class Storm:
    """One run: a stage, a load, faults, a report."""

    form: Form
    seed: int
    tell: Tell = print
    keep: Path | None = None
    report: Report = field(init=False)
    injected: Injected = field(default_factory=Injected)
    verdicts: list[Verdict] = field(default_factory=list)
    usual_under_load: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.report = Report(self.form.name, self.seed)
        self.chance = dice(self.seed, "storm")

    async def run(self) -> Report:
        """Everything from an empty folder to the report; whatever was started is stopped."""
        self.tell(f"seed {self.seed}")
        self.report.commit = reporting.commit()
        self.report.versions = reporting.versions(binaries(), kafka=True)
        self.report.versions["tier"] = "separate processes, PostgreSQL, Kafka"
        ground = Ground()
        try:
            await self._step("PostgreSQL and Kafka are up", ground.start)
            with tempfile.TemporaryDirectory(prefix="openrecp-chaos-") as folder:
                await self._on(ground, Path(folder))
        finally:
            await asyncio.to_thread(ground.remove)
        return self.report

    async def _on(self, ground: Ground, folder: Path) -> None:
        stage = Stage(ground, folder, together=TOGETHER)
        history = History(folder / "history.jsonl")
        load = Load(stage.address("gateway"), history, per_second=self.form.per_second)
        try:
            await self._step("the databases and topics are made", stage.prepare)
            await self._step("the system is up", stage.start)
            made = json.loads(await stage.once("gateway", "key", "administrator", "--json"))
            town = Town(load, made["key"], dice(self.seed, "town"))
            faults = Faults(stage, ground, self.report, self.chance, self.injected, self.tell, history)
            undisturbed = await self._undisturbed(faults)  # again at the end: a machine is not always as fast
            await self._step("the town has moved in", town.move_in)
            await self._under_load(town, faults, history)
            await self._drain(stage)
            recoveries = list(stage.recoveries)
            undisturbed += await self._undisturbed(faults)
            await self._judge(stage, history)
            self._judge_recoveries(recoveries, undisturbed)
            late = await stage.stop()
            self._promise("every process stops in good order", late)
        finally:
            await stage.stop()
            await load.close()
            if self.keep is not None:
                shutil.copytree(folder / "logs", self.keep, dirs_exist_ok=True)
                shutil.copy(history.file, self.keep)

    async def _step(self, what: str, work: Callable[[], Awaitable[Any]]) -> None:
        began = time.monotonic()
        await work()
        self.tell(f"{what} ({time.monotonic() - began:.1f} s)")

    async def _undisturbed(self, faults: Faults) -> list[float]:
        """How long starts take that no fault came before."""
        return [await faults.restarted(name) for name in ("clients", "matching-worker", "training") if self.form.rounds]

    async def _under_load(self, town: Town, faults: Faults, history: History) -> None:
        began = time.monotonic()
        async with Working(town, town.stories()) as working:
            await self._attack(working, faults, history)
            await working.end()
        lasted = time.monotonic() - began
        counts = history.counts()
        self.report.figures |= {
            "load": f"{lasted:.0f} s, {len(history.acknowledged) / lasted:.1f} acknowledged writes a second",
            "operations": f"{len(history.operations)}: {counts['ok']} acknowledged, {counts['fail']} refused,"
            f" {counts['unknown']} unknown in the end, {counts['was_unknown']} unknown on the way",
        }

    async def _attack(self, working: Working, faults: Faults, history: History) -> None:
        await asyncio.sleep(CALM_S)
        self.usual_under_load += await self._undisturbed(faults)
        for number in range(self.form.rounds):
            await faults.round(self.form, number)
            self.usual_under_load += await self._undisturbed(faults)
            working.check()
            self.tell(f"round {number + 1}: {self.report.kills} kills, {len(history.acknowledged)} acknowledged")
        while len(history.acknowledged) < self.form.acknowledged:
            working.check()
            await asyncio.sleep(0.5)

    async def _drain(self, stage: Stage) -> None:
        """Everything that was written has left and taken effect; how long that took after the last write."""
        began = time.monotonic()
        while time.monotonic() - began < DRAIN_PATIENCE_S:
            written, waiting, effects = await standing(stage.settings, stage.services)
            if waiting == 0 and effects >= written:
                break
            await asyncio.sleep(0.5)
        took = time.monotonic() - began
        self.report.figures["drained after"] = f"{took:.1f} s"
        late = [f"{took:.0f} s"] if took > DRAINED_WITHIN_S else []
        self._promise(f"drained within {DRAINED_WITHIN_S:.0f} s after the load", late)

    async def _judge(self, stage: Stage, history: History) -> None:
        await stage.all_ready()
        found = await find(stage.settings, stage.services)
        allowed = Allowed(frozenset(self.injected.events), frozenset(self.injected.poisoned))
        self.report.figures["events"] = f"{len(found.events)}, effects noted {len(found.effects)}"
        self.report.verdicts += judge(history, found, allowed)
        self.report.verdicts += self.injected.judged(found, history)
        outcomes = [await rebuilt(stage, name) for name in REBUILT]
        self._promise("a read model rebuilt from zero is the same", [each for each in outcomes if each is not None])
        few = [f"{self.report.kills} kills"] if self.report.kills < self.form.kills else []
        self._promise(f"at least {self.form.kills} kills were done", few)

    def _judge_recoveries(self, recoveries: list[Recovery], idle: list[float]) -> None:
        """Beside starts under the same load: without one, the load itself would be taken for a late recovery."""
        if not self.usual_under_load:
            return
        usual_s, idle_s, p95 = (
            statistics.median(self.usual_under_load),
            statistics.median(idle),
            reporting.p95(recoveries),
        )
        died = reporting.unplanned(recoveries)
        slowest = [f"{each.name} after {each.cause} {each.ready_s:.1f} s" for each in died[-3:]]
        self.report.figures |= {
            "slowest": ", ".join(slowest),
            "ready again": f"{len(died)} times, p95 {p95:.1f} s",
            "an undisturbed start": f"{usual_s:.1f} s under the same load, of which that is {p95 / usual_s:.1f} times;"
            f" {idle_s:.1f} s without load, of which it is {p95 / idle_s:.1f} times",
        }
        late = [f"{p95 / usual_s:.1f} times"] if p95 > SLOWER_AT_MOST * usual_s else []
        self._promise("ready again within 3 times an undisturbed start (p95)", late)

    def _promise(self, promise: str, broken: list[str]) -> None:
        self.report.verdicts.append(Verdict(promise, len(broken), tuple(broken[:3])))
