"""`make fuzz`: every phase as every role, against one deployment; says what was covered and what was not kept."""

import argparse
import json
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from chassis.telemetry import configure_logs
from tests.fuzz.asking import Asked, ask
from tests.fuzz.deployment import standing
from tests.fuzz.living import published

SEEDS: dict[str, list[int]] = tomllib.loads((Path(__file__).parent / "seeds.toml").read_text(encoding="utf-8"))
PHASES = {"examples": 0, "coverage": 0, "fuzzing": 20, "stateful": 50}


def _plan(roles: Sequence[str], seed: int | None) -> Iterator[tuple[str, int]]:
    for role in roles or SEEDS:
        for each in SEEDS[role] if seed is None else [seed]:
            yield role, each


def _told(came: Asked) -> dict[str, object]:
    return {
        "role": came.role,
        "seed": came.seed,
        "operations": len(came.labels),
        "covered": len(came.labels) - len(came.missed),
        "answered_well": len(came.good),
        "cases": sum(came.cases.values()),
        "checks": sum(came.checked.values()),
        "seconds": round(came.seconds),
        "statuses": {str(status): times for status, times in sorted(came.statuses.items())},
        "failures": came.failures,
    }


def main() -> int:
    """Ask; the exit code is 1 if an operation was missed or anything was not as the document says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--role", action="append", default=[], choices=list(SEEDS), help="as this role only")
    parser.add_argument("--phase", action="append", default=[], choices=list(PHASES), help="in this phase only")
    parser.add_argument("--seed", type=int, help="begin here instead of where tests/fuzz/seeds.toml says")
    parser.add_argument("--json", type=Path, help="write the figures there")
    chosen = parser.parse_args()
    phases = {name: most for name, most in PHASES.items() if not chosen.phase or name in chosen.phase}
    configure_logs("error")
    every: list[Asked] = []
    with tempfile.TemporaryDirectory() as folder, standing(Path(folder)) as deployment:
        for role, seed in _plan(chosen.role, chosen.seed):
            came = ask(deployment, published(), role, seed=seed, phases=phases)
            every.append(came)
            sys.stdout.write(came.line() + "\n")
            for where, told in sorted(came.failures.items()):
                sys.stdout.write(f"  {where}\n    " + told.replace("\n", "\n    ") + "\n")
            sys.stdout.flush()
        failed = deployment.failed()
    labels = set().union(*(came.labels for came in every))
    good = set().union(*(came.good for came in every))
    missed: set[str] = set().union(*(came.missed for came in every))
    cases, failures = sum(sum(came.cases.values()) for came in every), sum(len(came.failures) for came in every)
    sys.stdout.write(
        f"fuzz, {len(every)} plays: operations covered {len(labels) - len(missed)}/{len(labels)}, "
        f"with a good answer {len(good)}/{len(labels)}, {cases} cases, failures {failures}, "
        f"failed deliveries {failed or 'none'}\n"
    )
    if chosen.json:
        chosen.json.write_text(json.dumps([_told(came) for came in every], indent=1) + "\n", encoding="utf-8")
    return 1 if failures or failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
