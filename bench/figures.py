"""The figures there are: a file each, with what it needs of the machine, how it measures and what it has to say."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bench.harness import Plan, Report

PACKAGES = {
    "pgbench": "postgresql-contrib",
    "postgres": "postgresql",
    "nginx": "nginx-light",
    "wrk": "wrk",
    "java": "openjdk-17-jre-headless",
    "node": "nodejs",
    "npm": "npm",
}
"""Where a program comes from on Debian."""


@dataclass(frozen=True)
class Figure:
    """What one file of the bench offers as `FIGURE`.

    `words` stand beside its results in docs/performance.md: what is compared, what costs the rest, and what holds
    the next fifth back.
    """

    title: str
    measure: Callable[[Plan], Coroutine[Any, Any, Report]]
    words: str
    needs: tuple[str, ...] = ()


FIGURES: tuple[str, ...] = (
    "create",
    "verify",
    "create_embedded",
    "gateway",
    "chain",
    "chain_servers",
    "events",
    "importing",
    "shortlist",
    "growth",
    "embedded",
)
"""In the order in which they are measured and shown."""
PEERS: tuple[str, ...] = ("peers_create",)
"""What others would write, asked for by itself: it installs what it needs."""


def figure(name: str) -> Figure:
    """The figure of a file."""
    found: Figure = import_module(f"bench.{name}").FIGURE
    return found
