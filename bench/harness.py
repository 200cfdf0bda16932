"""Rounds in which value and limit take turns, medians of them, and the verdict over each figure."""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.processes import CORES

LEAST_ROUNDS = 5
Reading = Callable[[], float]
Measure = Callable[["Sample"], float]


@dataclass(frozen=True)
class Plan:
    """How long and how often is measured, where files may lie, and who is told."""

    folder: Path
    rounds: int = LEAST_ROUNDS
    seconds: float = 5.0
    tell: Callable[[str], None] = print

    @property
    def is_trial(self) -> bool:
        """Too short to be quoted."""
        return self.rounds < LEAST_ROUNDS


@dataclass(frozen=True)
class Sample:
    """One interval of work: how many operations in how many seconds, the CPU of each part, the waits of the askers."""

    operations: int
    seconds: float
    cpu_s: Mapping[str, float] = field(default_factory=dict)
    latencies_ms: Sequence[float] = ()
    """In ascending order."""

    @property
    def per_second(self) -> float:
        return self.operations / self.seconds

    def cpu_us(self, *parts: str) -> float:
        """CPU microseconds per operation of some parts, or of all."""
        return sum(self.cpu_s[each] for each in parts or self.cpu_s) / self.operations * 1_000_000

    def quantile_ms(self, share: float) -> float:
        """The wait that this share of the askers did not exceed."""
        return self.latencies_ms[min(len(self.latencies_ms) - 1, int(share * len(self.latencies_ms)))]


@dataclass(frozen=True)
class Worked:
    """What was done in an interval: operations, the waits in milliseconds, seconds where the worker timed itself."""

    operations: int
    latencies_ms: Sequence[float] = ()
    seconds: float | None = None


async def interval(cpu: Mapping[str, Reading], work: Callable[[], Awaitable[Worked]]) -> Sample:
    """Do some work and read before and after it what each part has cost."""
    before = {name: read() for name, read in cpu.items()}
    began = perf_counter()
    worked = await work()
    seconds = perf_counter() - began
    cost = {name: read() - before[name] for name, read in cpu.items()}
    return Sample(worked.operations, worked.seconds or seconds, cost, sorted(worked.latencies_ms))


async def rounds(plan: Plan, contenders: Mapping[str, Callable[[], Awaitable[Sample]]]) -> dict[str, list[Sample]]:
    """Each contender once a round, another one first every time: what drifts in the machine drifts for all."""
    names, found = list(contenders), {name: list[Sample]() for name in contenders}
    for number in range(plan.rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            sample = await contenders[name]()
            found[name].append(sample)
            costs = " ".join(f"{part} {sample.cpu_us(part):.0f}" for part in sample.cpu_s)
            plan.tell(f"  round {number + 1} {name}: {sample.per_second:,.0f}/s; CPU us each: {costs}")
    return found


@dataclass(frozen=True)
class Result:
    """A figure that is judged: against its limit where it has one, else by itself."""

    name: str
    unit: str
    value: float
    target: float
    met: bool
    at_most: bool = False
    limit: float | None = None
    ratio: float | None = None
    limit_is: str = ""
    cpu_us: float | None = None
    limit_cpu_us: float | None = None


@dataclass(frozen=True)
class Info:
    """A figure without a target."""

    name: str
    unit: str
    value: float
    words: str = ""


@dataclass(frozen=True)
class Report:
    """What one file of the bench has found."""

    results: Sequence[Result] = ()
    info: Sequence[Info] = ()

    def as_rows(self, figure: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Results and info as JSON holds them."""
        return (
            [{"figure": figure, **asdict(each)} for each in self.results],
            [{"figure": figure, **asdict(each)} for each in self.info],
        )


def median(samples: Sequence[Sample], measure: Measure) -> float:
    """The middle of what the rounds say."""
    return statistics.median(map(measure, samples))


def beside(
    values: Sequence[Sample], limits: Sequence[Sample], measure: Measure, of_limit: Measure | None = None
) -> float:
    """The middle of the ratios of value to limit, round by round."""
    pairs = zip(values, limits, strict=True)
    return statistics.median(measure(value) / (of_limit or measure)(limit) for value, limit in pairs)


def against(  # noqa: PLR0913  a judged figure has that many sides
    name: str,
    unit: str,
    values: Sequence[Sample],
    limits: Sequence[Sample],
    measure: Measure,
    *,
    target: float,
    limit_is: str,
    at_most: bool = False,
    of_limit: Measure | None = None,
    cpu: Measure | None = None,
    limit_cpu: Measure | None = None,
) -> Result:
    """Judge the ratio of a measure to the same (or another) measure of its limit."""
    ratio = beside(values, limits, measure, of_limit)
    cost: Measure = cpu or (lambda sample: sample.cpu_us())
    limit_cost = limit_cpu or (lambda sample: sample.cpu_us())
    return Result(
        name=name,
        unit=unit,
        value=median(values, measure),
        limit=median(limits, of_limit or measure),
        ratio=ratio,
        target=target,
        met=ratio <= target if at_most else ratio >= target,
        at_most=at_most,
        limit_is=limit_is,
        cpu_us=median(values, cost) if values[0].cpu_s else None,
        limit_cpu_us=median(limits, limit_cost) if limits[0].cpu_s else None,
    )


def alone(
    name: str, unit: str, value: float, *, target: float, at_most: bool = False, cpu_us: float | None = None
) -> Result:
    """Judge a value by itself: at least its target, or at most."""
    met = value <= target if at_most else value >= target
    return Result(name=name, unit=unit, value=value, target=target, met=met, at_most=at_most, cpu_us=cpu_us)


def machine() -> dict[str, Any]:
    """What was measured on, without names or places."""
    import platform

    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "cores": len(CORES),
        "cpu": cpu,
        "memory_gb": round(memory / 1_048_576, 1),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()
