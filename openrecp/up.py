"""Starting everything and staying up; the first time in a demo folder, the main job is played before."""

import gc
import json
import socket
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import typer

from chassis.clock import Clock
from chassis.settings import Settings
from chassis.telemetry import configure_logs
from openrecp.folder import PACK, DataFolder, write_secret
from openrecp.house import holds_deployment, init, open_house
from openrecp.listening import listen, serving, told_to_stop
from openrecp.play import play
from openrecp.sentences import InWords
from openrecp.stage import Stage, Step, StepFailed

HISTORY = timedelta(days=730)
KEYS = "demo-keys.json"


PLAYING = "play-under-way"
INTERRUPTED = (
    "The play of the main job was interrupted at an earlier start. What it had done is here and is not played again; "
    "business time is now. For a whole play: stop, `rm -r {data}`, start anew."
)


class NoDeployment(InWords):
    """There is nothing to start in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no deployment: make one with `openrecp init --pack demo --data {folder}`, "
            f"or see the demo with `openrecp up --demo --data {folder}`"
        )


async def serve(settings: Settings, *, demo: bool) -> None:
    """Hold the folder, play once if it is a new demo folder, then serve until Ctrl-C."""
    configure_logs("warning" if demo else settings.log_level)
    if not demo and not holds_deployment(settings):
        raise NoDeployment(settings.data)
    with DataFolder(settings.data):
        door = listen(settings)
        if demo and _is_to_be_played(settings):
            await _play_once(settings, door)
            gc.collect()  # the house it was played in, before another is opened
        elif (settings.data / PLAYING).exists():
            typer.echo(INTERRUPTED.format(data=settings.data))
        async with open_house(settings) as house, serving(house.gateway.app, door, *house.endings):
            _greet(settings, door.getsockname()[1])
            await told_to_stop().wait()
    typer.echo("Stopped; nothing is lost.")


async def demonstrate(*, as_json: bool) -> bool:
    """The main job on a temporary system; whether every step went as it should."""
    configure_logs("error")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), pack="demo", port=0, clock="settable")
        with DataFolder(settings.data):
            return await _played(settings, listen(settings), as_json=as_json)


def _is_to_be_played(settings: Settings) -> bool:
    """In a new folder, and where an earlier start ended before anybody had a key: there nothing can be lost."""
    if (settings.data / PLAYING).exists():
        return not (settings.data / KEYS).exists()
    return not holds_deployment(settings)


async def _play_once(settings: Settings, door: socket.socket) -> None:
    typer.echo("A new folder: the main job is played once, two years back on the clock, over the public API.\n")
    past = settings.model_copy(update={"clock": "settable", "pack": "demo"})
    (settings.data / PACK).unlink(missing_ok=True)
    (settings.data / PLAYING).touch()
    if not await _played(past, door, as_json=False):
        typer.echo("\nThe play ended at a step that is not as it should be; the system goes on with what there is.")
    (settings.data / PLAYING).unlink()


async def _played(settings: Settings, door: socket.socket, *, as_json: bool) -> bool:
    made = await init(settings)
    clock = Clock(settable=True, offset=-HISTORY)
    async with open_house(settings, clock) as house, serving(house.gateway.app, door, *house.endings):
        address = f"http://{settings.host}:{door.getsockname()[1]}"
        async with httpx2.AsyncClient(base_url=address, timeout=60.0, trust_env=False) as http:
            stage = Stage(http, made["key"], _tell_json if as_json else _tell, lambda: _keep_keys(settings, stage))
            _keep_keys(settings, stage)
            try:
                await play(stage)
            except StepFailed:
                return False
    return True


def _keep_keys(settings: Settings, stage: Stage) -> None:
    """After each hire: a key that is shown once would be lost with a play that is interrupted."""
    keys = {name: {"key": actor.key, **_plain(actor.facts)} for name, actor in stage.actors.items()}
    write_secret(settings.data / KEYS, json.dumps(keys, indent=1, ensure_ascii=False) + "\n")


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    shown = ("roles", "person_id", "client_id", "provider_id", "provinces", "programmes")
    return {name: facts[name] for name in shown if facts.get(name)}


def _greet(settings: Settings, port: int) -> None:
    address = f"http://{settings.host}:{port}"
    if (settings.data / KEYS).exists():
        typer.echo(f"\nSign in with one of the demo's keys: {settings.data / KEYS} (readable by you only)")
    typer.echo(f"OpenRECP is up: {address}   API: {address}/docs   stop: Ctrl-C")


def _tell(step: Step) -> None:
    mark = typer.style("ok", fg="green") if step.ok else typer.style("NOT AS IT SHOULD BE", fg="red")
    typer.echo(f"{step.number:2}. {step.title}  [{mark}]")
    typer.echo(f"    expected: {step.expected}")
    typer.echo(f"    observed: {step.observed}")
    if step.events:
        typer.echo(f"    events:   {', '.join(step.events)}")


def _tell_json(step: Step) -> None:
    typer.echo(
        json.dumps(
            {
                "step": step.number,
                "title": step.title,
                "expected": step.expected,
                "observed": step.observed,
                "events": step.events,
                "ok": step.ok,
                "seconds": step.took_s,
            },
            ensure_ascii=False,
        )
    )
