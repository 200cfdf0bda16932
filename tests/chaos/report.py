"""The report: what ran where, what was done to it, what was promised and what was seen."""

import json
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.checks import Verdict
from tests.chaos.stage import ROOT, Recovery


@dataclass
class Report:
    """Filled while the run goes on."""

    form: str
    seed: int
    versions: dict[str, str] = field(default_factory=dict)
    commit: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        return all(each.kept for each in self.verdicts)

    def count(self, fault: str, times: int = 1) -> None:
        self.faults[fault] = self.faults.get(fault, 0) + times

    @property
    def kills(self) -> int:
        """How often anything was ended by SIGKILL."""
        return sum(number for fault, number in self.faults.items() if fault.startswith("kill"))

    def lines(self) -> list[str]:
        """As text: first where, then what was done, then what was promised."""
        lines = [f"Crash proof, {self.form}: seed {self.seed}, commit {self.commit}"]
        lines += [f"  {name}: {version}" for name, version in self.versions.items()]
        lines += [f"  {name}: {value}" for name, value in self.figures.items()]
        lines += [f"Faults, of them {self.kills} kills:"]
        lines += [f"  {number:5} {fault}" for fault, number in sorted(self.faults.items())]
        lines += ["Promises, and how often each was broken:"]
        for each in self.verdicts:
            lines.append(f"  {each.broken:5} {each.promise}")
            lines += [f"          {example}" for example in each.examples]
        lines.append("All promises are kept." if self.kept else "BROKEN.")
        return lines

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self) | {"kills": self.kills, "kept": self.kept}, indent=1), encoding="utf-8")


def versions(postgres: Path, kafka: bool) -> dict[str, str]:
    """Of everything that takes part."""
    found = {"Python": platform.python_version(), "system": f"{platform.system()} {platform.release()}"}
    found["PostgreSQL"] = _said([str(postgres / "postgres"), "--version"]).rpartition(" (Debian")[0] or "unknown"
    if kafka:
        jars = Path(_said([str(ROOT / "deploy" / "kafka" / "broker"), "jars"]))
        found["Kafka"] = next((each.stem.partition("-")[2] for each in jars.glob("kafka_*.jar")), "unknown")
    return found


def commit() -> str:
    """What is judged; a tree that is no repository has none."""
    return _said(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]) or "none"


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


PLANNED = frozenset({"first start", "told to stop", "handed over"})


def unplanned(recoveries: list[Recovery]) -> list[Recovery]:
    """Starts after a death while both servers were there, the slowest last."""
    found = [each for each in recoveries if not each.disturbed and each.cause not in PLANNED]
    return sorted(found, key=lambda each: each.ready_s)


def p95(recoveries: list[Recovery]) -> float:
    """The 95th percentile of how long processes that died took from their start until they were ready."""
    took = unplanned(recoveries)
    return took[min(len(took) - 1, int(len(took) * 0.95))].ready_s if took else 0.0
