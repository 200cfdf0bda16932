"""Planted faults: each a patch on a copy of the tree, played in the scene it must not pass; caught n of n."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.postgres import Cluster, binaries
from tests.chaos import witness
from tests.chaos.checks import Verdict
from tests.chaos.stage import ROOT, Lent, Stage

PLANTED = Path(__file__).parent / "planted"
DATABASES = ("gateway", "log", "clients", witness.NAME)
CLEAN, MODEL = "clean", "model"
SCENE_WITHIN_S = 240.0
LEFT_OUT = ("__pycache__", ".*", "data", "build", "*.egg-info", "node_modules")


@dataclass(frozen=True)
class Planted:
    """A fault: what it does to the tree, the scene in which it shows, the promise that it breaks."""

    name: str
    words: str
    scene: str
    breaks: str

    @property
    def patch(self) -> Path:
        return PLANTED / f"{self.name}.patch"


def faults() -> list[Planted]:
    """In the order of the list."""
    told = tomllib.loads((PLANTED / "faults.toml").read_text(encoding="utf-8"))
    return [Planted(name, **facts) for name, facts in told.items()]


def applied(patch: Path, tree: Path, *, only_look: bool = False) -> str | None:
    """Put a patch on a tree, or only look whether it could be; why it does not fit, if so."""
    command = ["git", "apply", *(["--check"] if only_look else ["--whitespace=nowarn"]), str(patch)]
    # Without a repository around it git goes by the folder alone.
    done = subprocess.run(
        command,
        cwd=tree,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip() or "git refused" if done.returncode else None


def copied(folder: Path) -> Path:
    """The tree as it is today, without what was made from it."""
    return shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)


@dataclass
class Garden:
    """One server for all plays, each with databases of its own, copied from a model."""

    cluster: Cluster
    folder: Path
    tell: Callable[[str], None] = print

    async def prepare(self) -> None:
        """The model: every database of the small system at this version's schema."""
        stage = Stage(Lent(self.cluster.port), self.folder / MODEL, services=("clients",), mark=MODEL)
        await stage.prepare()

    async def played(self, scene: str, tree: Path, mark: str) -> tuple[list[Verdict] | None, str]:
        """What the judges say of a scene in a tree, or None and why it could not be played."""
        await self._databases(mark)
        command = [
            sys.executable,
            "-m",
            "tests.chaos",
            "scene",
            scene,
            "--port",
            str(self.cluster.port),
            "--mark",
            mark,
        ]
        playing = await asyncio.create_subprocess_exec(
            *command, cwd=tree, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(SCENE_WITHIN_S):
                out, err = await playing.communicate()
        except TimeoutError:
            playing.send_signal(signal.SIGINT)  # it stops what it has started, and says where it stood
            _, err = await playing.communicate()
            return None, f"not at its end after {SCENE_WITHIN_S:.0f} s: {err.decode(errors='replace')[-1_500:]}"
        try:
            return [Verdict(each["promise"], each["broken"], tuple(each["examples"])) for each in json.loads(out)], ""
        except ValueError:
            return None, err.decode(errors="replace")[-1_500:]

    async def _databases(self, mark: str) -> None:
        server = await asyncpg.connect(self.cluster.dsn())
        try:
            for name in DATABASES:
                await server.execute(f'CREATE DATABASE "{mark}_{name}" TEMPLATE "{MODEL}_{name}"')
        finally:
            await server.close()


async def plant(wanted: list[str], *, clean_too: bool = True, tell: Callable[[str], None] = print) -> bool:
    """Every fault, or those wanted; before it each scene in the tree as it is, which has to pass."""
    chosen = [each for each in faults() if not wanted or each.name in wanted]
    with tempfile.TemporaryDirectory(prefix="openrecp-planted-") as folder:
        cluster = Cluster(binaries(), max_connections="300")
        try:
            await asyncio.to_thread(cluster.start)
            garden = Garden(cluster, Path(folder), tell)
            await garden.prepare()
            scenes = dict.fromkeys(each.scene for each in chosen if clean_too)
            clean = [await _clean(garden, scene) for scene in scenes]
            caught = [await _caught(garden, each) for each in chosen]
        finally:
            await asyncio.to_thread(cluster.stop)
    tell(f"caught {sum(caught)}/{len(caught)}; without a fault {sum(clean)} of {len(clean)} scenes pass")
    return all(caught) and all(clean)


async def _clean(garden: Garden, scene: str) -> bool:
    began = time.monotonic()
    verdicts, why = await garden.played(scene, ROOT, f"{CLEAN}_{scene}")
    broken = [f"{each.promise}: {each.broken} {each.examples}" for each in verdicts or () if not each.kept]
    passes = verdicts is not None and not broken
    said = "passes" if passes else f"DOES NOT PASS: {why or broken}"
    garden.tell(f"  {scene} without a fault {said} ({time.monotonic() - began:.0f} s)")
    return passes


async def _caught(garden: Garden, planted: Planted) -> bool:
    began = time.monotonic()
    tree = copied(garden.folder / planted.name)
    if (why := applied(planted.patch, tree)) is not None:
        garden.tell(f"  {planted.name} can no longer be planted: {why}")
        return False
    verdicts, why = await garden.played(planted.scene, tree, planted.name)
    shutil.rmtree(tree)
    broken = {each.promise: each for each in verdicts or () if not each.kept}
    hit = planted.breaks in broken
    told = "; ".join(f"{each.broken} × {promise}" for promise, each in broken.items())
    said = f"caught: {told}" if hit else f"NOT CAUGHT: {why or told or 'every promise is kept'}"
    garden.tell(f"  {planted.name} ({planted.words}) {said} ({time.monotonic() - began:.0f} s)")
    return hit
