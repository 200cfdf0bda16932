"""The history of the load: one JSON line for each attempt of each operation, and what is known of it in the end."""

import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["ok", "fail", "unknown"]
"""Answered 2xx; refused, nothing was changed; nobody knows."""


@dataclass
class Operation:
    """A write under its idempotency key, through all its attempts."""

    number: int
    method: str
    path: str
    key: str
    began_at: float
    attempts: int = 0
    unknown: int = 0
    outcome: Outcome = "unknown"
    status: int = 0
    code: str = ""
    id: str = ""
    version: int = 0
    took_s: float = 0.0


@dataclass
class Failure:
    """A request that a client of ours would have seen fail, though it was right."""

    at: float
    method: str
    path: str
    how: str


@dataclass
class History:
    """Every operation, written down as it goes."""

    file: Path
    operations: list[Operation] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    _lines: Any = None

    def __post_init__(self) -> None:
        self._lines = self.file.open("a", encoding="utf-8")

    def begin(self, method: str, path: str, key: str) -> Operation:
        operation = Operation(len(self.operations) + 1, method, path, key, time.time())
        self.operations.append(operation)
        return operation

    def tell(self, operation: Operation, outcome: Outcome, how: str) -> None:
        """An attempt has ended so."""
        operation.outcome = outcome
        operation.unknown += outcome == "unknown"
        line = asdict(operation) | {"at": time.time(), "how": how}
        self._lines.write(json.dumps(line) + "\n")

    def failed(self, method: str, path: str, how: str) -> None:
        self.failures.append(Failure(time.time(), method, path, how))

    def close(self) -> None:
        self._lines.close()

    @property
    def acknowledged(self) -> list[Operation]:
        return [each for each in self.operations if each.outcome == "ok"]

    def counts(self) -> Counter[str]:
        """How many operations ended how; `was_unknown` counts those that somebody had to ask for again."""
        found = Counter[str](each.outcome for each in self.operations)
        found["was_unknown"] = sum(each.unknown > 0 for each in self.operations)
        return found
