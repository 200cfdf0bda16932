"""What is done to the system: each fault by itself, and the row of them that makes a round."""

import asyncio
import contextlib
import json
import random
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.chaos import witness
from tests.chaos.checks import Verdict, stalled
from tests.chaos.history import History
from tests.chaos.inject import Bug, Injector
from tests.chaos.look import Found, behind_by, waiting_for, whereabouts
from tests.chaos.report import Report
from tests.chaos.stage import Ground, Stage

if TYPE_CHECKING:
    from tests.chaos.storm import Form

BREATH_S, STARTING = (0.2, 1.6), 0.25
SETTLED, SETTLED_WITHIN_S, LOOK_S = 100, 90.0, 0.5
TAKEN_OVER_WITHIN_S = 12.0
ROLLING = (
    ("clients", "training"),
    ("matching", "assessments"),
    ("impact", "exchange"),
    ("clients-worker", "matching-worker"),
    ("gateway",),
)
STRIKES_WITHIN_S, HURT_S, CALM_WITHIN_S = 5.0, 1.5, 8.0
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


class NeverSettled(Exception):
    """The system did not catch up although nothing was done to it; the text says where its events are."""


@dataclass
class Injected:
    """What the harness put into the log past the relay, and when it blocked or restarted what."""

    events: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)
    sent_again: set[str] = field(default_factory=set)
    blocked: list[tuple[float, float, str]] = field(default_factory=list)
    rolling: list[tuple[float, float]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    not_taken_over: list[str] = field(default_factory=list)

    def judged(self, found: Found, history: History) -> list[Verdict]:
        """What only the faults' own times can tell."""
        late = [each for since, until, ending in self.blocked for each in stalled(found, since, until, ending)]
        failed = [
            f"{each.method} {each.path}: {each.how}"
            for each in history.failures
            if any(since <= each.at <= until for since, until in self.rolling)
        ]
        return [
            Verdict("a poisoned root stalls no other", len(late), tuple(late[:3])),
            Verdict("a rolling restart fails no request", len(failed), tuple(failed[:3])),
            Verdict("who is told to stop ends in good order", len(self.codes), tuple(self.codes[:3])),
            Verdict("another relay takes over from one that stands still", len(self.not_taken_over)),
        ]


@dataclass
class Faults:
    """Does them, and counts what was done."""

    stage: Stage
    servers: Ground
    report: Report
    chance: random.Random
    injected: Injected
    tell: Callable[[str], None]
    history: History
    frozen: set[str] = field(default_factory=set)

    async def round(self, form: "Form", number: int) -> None:
        """Every kind of fault once, kills between them and beside the long ones."""
        third = form.kills_a_round // 3
        await self.kills(third)
        await self.ground("postgres")
        await asyncio.gather(self.frozen_relay(form.frozen_s), self.kills(third))
        await self.sent_again()
        await self.ground("kafka")
        beside = form.kills_a_round - 2 * third
        await asyncio.gather(self.ground("kafka", away_s=form.away_s), self.kills(beside))
        await self.settled()
        await self.poison(form.blocked_s)
        await self.rolling_restart()

    async def kills(self, number: int) -> None:
        """Processes at random, half of them at random moments and half at a named point."""
        for turn in range(number):
            await asyncio.sleep(self.chance.uniform(*BREATH_S))
            if turn % 2:
                await self.at_a_point()
            else:
                await self.at_random()

    async def _calm(self) -> None:
        """Wait until all are ready: recoveries shall not hinder each other. Not for long: the broker may be away."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CALM_WITHIN_S):
                await self.stage.all_ready()

    def _victim(self, names: Iterable[str]) -> str:
        """One of them, but nobody who stands still: that is a fault of its own."""
        return self.chance.choice(sorted(set(names) - self.frozen))

    async def at_random(self) -> None:
        """Any process, at any moment; one time in four it or another may be starting just now."""
        if self.chance.random() > STARTING:
            await self._calm()
        name = self._victim(self.stage.kept)
        await self.stage.kill(name)
        self.report.count(f"kill of {_kind(name)} at random")
        self.tell(f"  {name} is killed")

    async def at_a_point(self) -> None:
        """One of the processes that have named points, once it passes one; if none comes by, at random."""
        await self._calm()
        name = self._victim(POINTS)
        point = self.chance.choice(POINTS[name])
        self.stage.arm(name, point, self.chance.randrange(1, 6))
        if await self.stage.struck(name, STRIKES_WITHIN_S):
            self.report.count(f"kill at the point {point}")
            self.tell(f"  {name} has died at {point}")
        else:
            await self.at_random()

    async def ground(self, what: str, *, away_s: float = 0.0) -> None:
        """The database server or the broker dies and comes back."""
        self.tell(f"  {what} is killed" + (f" and away for {away_s:.0f} s" if away_s else ""))
        back_s = await self.servers.kill(what, away_s)
        self.report.count(f"kill of {what}" + (f", away {away_s:.0f} s" if away_s else ""))
        self.tell(f"  {what} answers again after {back_s:.1f} s")

    async def frozen_relay(self, frozen_s: float) -> None:
        """The process that relays for clients is stopped in the middle; another takes over; then it wakes."""
        self.frozen |= {"clients-worker", "clients-worker-2"}
        second = self.stage.beside("clients-worker", "clients-worker-2")
        self.stage.keep(second)
        await asyncio.gather(*map(self.stage.until_ready, self.frozen))
        first = self.stage.kept["clients-worker"].process
        first.signal(signal.SIGSTOP)
        began = time.time()
        await asyncio.sleep(frozen_s)
        oldest_s = await waiting_for(self.stage.settings, "clients")
        if oldest_s > TAKEN_OVER_WITHIN_S:
            self.injected.not_taken_over.append(f"an event of clients has waited for {oldest_s:.0f} s")
        first.signal(signal.SIGCONT)
        self.report.count("relay frozen")
        self.tell(f"  the relay of clients was frozen for {time.time() - began:.0f} s and wakes")
        await asyncio.sleep(HURT_S)
        await self.stage.remove("clients-worker-2")
        self.frozen.clear()

    async def settled(self) -> None:
        """Everything is up, and whatever was written so far has taken effect: the next fault is judged by itself."""
        await self.stage.all_ready()
        until = time.monotonic() + SETTLED_WITHIN_S
        while await behind_by(self.stage.settings, self.stage.services) > SETTLED:
            if time.monotonic() > until:
                where = await whereabouts(self.stage.settings, self.stage.services)
                raise NeverSettled(json.dumps(where | await self.stage.health(), indent=1))
            await asyncio.sleep(LOOK_S)

    async def sent_again(self) -> None:
        """Everything that was delivered so far and not sent again yet, 1 to 5 times, in any order of keys."""
        injector = Injector(self.stage, self.chance)
        try:
            copies = await injector.replay(self.injected.sent_again)
        finally:
            await injector.stop()
        self.report.count("record sent again", copies)
        self.tell(f"  {copies} records are sent again")

    async def poison(self, blocked_s: float) -> None:
        """Records that no consumer can take, and a bad release of the witness that fails for some roots."""
        injector, bug = Injector(self.stage, self.chance), Bug(self.stage, self.chance)
        began = time.time()
        try:
            bug.begin()
            taken, refused = await injector.poison()
        finally:
            await injector.stop()
        self.injected.events |= taken
        self.injected.poisoned |= refused
        await asyncio.sleep(blocked_s)
        await bug.mend()
        self.injected.blocked.append((began, time.time(), bug.ending))
        self.report.count("poisoned record", len(taken | refused) + 1)
        self.report.count("bad release of a handler")
        self.tell(f"  poison was sent, and roots ending in {bug.ending} were blocked for {blocked_s:.0f} s")

    async def rolling_restart(self) -> None:
        """Each process is exchanged for its successor, which takes its door; the witness is told to stop first."""
        began = time.time()
        for names in ROLLING:
            for name, code in zip(names, await asyncio.gather(*map(self.stage.hand_over, names)), strict=True):
                self.injected.codes += [f"{name} ended with {code}"] if code else []
        code = await self.stage.stop_one(witness.NAME)
        self.injected.codes += [f"the witness ended with {code}"] if code else []
        await self.stage.until_ready(witness.NAME)
        self.injected.rolling.append((began, time.time()))
        self.report.count("rolling restart")
        self.tell(f"  everything was restarted one by one in {time.time() - began:.0f} s")

    async def restarted(self, name: str) -> float:
        """Told to stop and started again; gives the seconds from its start until it was ready."""
        await self.stage.stop_one(name)
        await self.stage.until_ready(name)
        return self.stage.recoveries[-1].ready_s


def _kind(name: str) -> str:
    """Workers, APIs, gateway or witness."""
    return "a worker" if "worker" in name else name if name in ("gateway", "witness") else "a service"
