"""What is done to the system: each fault by itself, and the row of them that makes a round."""

import asyncio
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.chaos.checks import Verdict, stalled
from tests.chaos.history import History
from tests.chaos.look import Found
from tests.chaos.report import Report
from tests.chaos.stage import Stage

if TYPE_CHECKING:
    from tests.chaos.storm import Form

BREATH_S = (0.2, 2.0)
STRIKES_WITHIN_S = 8.0
HURT_S = 1.5
COMMITS, PUBLISHES, EFFECTS = ("before_commit", "after_commit"), ("before_publish", "after_publish"), ("after_effect",)
POINTS = {
    "clients": COMMITS,
    "matching": COMMITS,
    "training": (*COMMITS, *PUBLISHES, *EFFECTS),
    "clients-worker": (*COMMITS, *PUBLISHES, *EFFECTS),
    "matching-worker": (*COMMITS, *PUBLISHES, *EFFECTS),
    "assessments": (*COMMITS, *PUBLISHES, *EFFECTS),
    "witness": (*COMMITS, *EFFECTS),
    "impact": EFFECTS,
    "exchange": EFFECTS,
}


@dataclass
class Injected:
    """What the harness put into the log past the relay, and when it blocked or restarted what."""

    events: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)
    blocked: list[tuple[float, float, frozenset[str]]] = field(default_factory=list)
    rolling: list[tuple[float, float]] = field(default_factory=list)

    def judged(self, found: Found, history: History) -> list[Verdict]:
        """What only the faults' own times can tell."""
        late = [each for since, until, but in self.blocked for each in stalled(found, since, until, but)]
        failed = [
            f"{each.method} {each.path}: {each.how}"
            for each in history.failures
            if any(since <= each.at <= until for since, until in self.rolling)
        ]
        return [
            Verdict("a poisoned root stalls no other", len(late), tuple(late[:3])),
            Verdict("a rolling restart fails no request", len(failed), tuple(failed[:3])),
        ]


@dataclass
class Faults:
    """Does them, and counts what was done."""

    stage: Stage
    report: Report
    chance: random.Random
    injected: Injected
    tell: Callable[[str], None]
    history: History

    async def round(self, form: "Form", number: int) -> None:
        """Every kind of fault once, kills between them."""
        await self.kills(form.kills_a_round // 2)
        await self.ground("postgres")
        await self.frozen_relay(form.frozen_s)
        await self.ground("kafka")
        await self.kills(form.kills_a_round - form.kills_a_round // 2)
        await self.ground("kafka", away_s=form.away_s)

    async def kills(self, number: int) -> None:
        """Processes at random, half of them at random moments and half at a named point."""
        for turn in range(number):
            await asyncio.sleep(self.chance.uniform(*BREATH_S))
            if turn % 2:
                await self.at_a_point()
            else:
                await self.at_random()

    async def at_random(self) -> None:
        """Any process, at any moment; it may be starting just now."""
        name = self.chance.choice(sorted(self.stage.kept))
        await self.stage.kill(name)
        self.report.count(f"kill of {_kind(name)} at random")
        self.tell(f"  {name} is killed")

    async def at_a_point(self) -> None:
        """One of the processes that have named points, once it passes one; if none comes by, at random."""
        name = self.chance.choice(sorted(POINTS))
        point = self.chance.choice(POINTS[name])
        await self.stage.until_ready(name)
        self.stage.arm(name, point, self.chance.randrange(1, 6))
        if await self.stage.struck(name, STRIKES_WITHIN_S):
            self.report.count(f"kill at the point {point}")
            self.tell(f"  {name} has died at {point}")
        else:
            await self.at_random()

    async def ground(self, what: str, *, away_s: float = 0.0) -> None:
        """The database server or the broker dies and comes back."""
        self.tell(f"  {what} is killed" + (f" and away for {away_s:.0f} s" if away_s else ""))
        back_s = await self.stage.ground.kill(what, away_s)
        self.report.count(f"kill of {what}" + (f", away {away_s:.0f} s" if away_s else ""))
        self.tell(f"  {what} answers again after {back_s:.1f} s")

    async def frozen_relay(self, frozen_s: float) -> None:
        """The process that relays for clients is stopped in the middle; another takes over; then it wakes."""
        second = self.stage.beside("clients-worker", "clients-worker-2")
        self.stage.keep(second)
        await self.stage.until_ready("clients-worker-2")
        first = self.stage.kept["clients-worker"].process
        first.signal(signal.SIGSTOP)
        began = time.time()
        await asyncio.sleep(frozen_s)
        first.signal(signal.SIGCONT)
        self.report.count("relay frozen")
        self.tell(f"  the relay of clients was frozen for {time.time() - began:.0f} s and wakes")
        await asyncio.sleep(HURT_S)
        await self.stage.remove("clients-worker-2")

    async def restarted(self, name: str) -> float:
        """Told to stop and started again; gives the seconds from its start until it was ready."""
        await self.stage.stop_one(name)
        await self.stage.until_ready(name)
        return self.stage.recoveries[-1].ready_s


def _kind(name: str) -> str:
    """Workers, APIs, gateway or witness."""
    return "a worker" if "worker" in name else name if name in ("gateway", "witness") else "a service"
