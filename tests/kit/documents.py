"""A document's commands, run as a reader would type them, and what it says they print."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from chassis.settings import ROOT
from tests.kit.program import free_port

FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
WHATEVER = "…"
UP = "OpenRECP is up"
UP_WITHIN_S, DONE_WITHIN_S = 120.0, 120.0
NOT_CLONED = {".git", ".venv", "data", "build"}
# Reads from us until we are gone, however we went; then it ends the group of processes ($1).
GUARD = 'read -r _; kill -9 -- -"$1"'


@dataclass(frozen=True)
class Block:
    """Commands, and the text that stands under them as what they print (none: they print nothing)."""

    commands: str
    printed: str = ""

    def fits(self, output: str) -> bool:
        """Whether the output is as the document says; `…` is whatever it is."""
        pattern = "[\\s\\S]*".join(re.escape(part) for part in self.printed.strip().split(WHATEVER))
        return re.fullmatch(pattern, output.strip()) is not None


@dataclass(frozen=True)
class Document:
    """What is typed in a first terminal, where the system runs, and in a second one."""

    server: str
    blocks: tuple[Block, ...]

    @classmethod
    def read(cls, path: Path) -> "Document":
        server, blocks = "", [Block("")]
        for found in FENCE.finditer(path.read_text(encoding="utf-8")):
            match found["kind"]:
                case "sh server":
                    server += found["text"]
                case "sh":
                    blocks.append(Block(found["text"]))
                case "text":
                    blocks[-1] = replace(blocks[-1], printed=found["text"])
        return cls(server, tuple(blocks[1:]))


@dataclass(frozen=True)
class Reader:
    """Somebody at a clone of the repository, whose usual ports are taken, so that others were set as the text says."""

    clone: Path
    port: int
    receiver_port: int

    @classmethod
    def at(cls, clone: Path) -> "Reader":
        """A clone with an environment in which everything is installed."""
        own = clone / ".venv"
        own.mkdir(parents=True)
        for entry in ROOT.iterdir():
            if entry.name not in NOT_CLONED:
                (clone / entry.name).symlink_to(entry)
        for entry in (ROOT / ".venv").iterdir():
            if entry.name not in ("runtime", "development"):
                (own / entry.name).symlink_to(entry)
        for stamp in ("development", "runtime"):
            (own / stamp).touch()
        return cls(clone, free_port(), free_port())

    @property
    def environment(self) -> dict[str, str]:
        said = {
            "RUN_FLAGS": f"--port {self.port}",
            "OPENRECP_URL": f"http://127.0.0.1:{self.port}",
            "RECEIVER_PORT": str(self.receiver_port),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OPENRECP_", "MAKE"))}
        return inherited | said

    @contextmanager
    def running(self, commands: str) -> Iterator[None]:
        """The first terminal, until the end."""
        with self._group(commands) as process:
            said: list[str] = []
            is_up = threading.Event()

            def listen() -> None:
                assert process.stdout is not None
                for line in process.stdout:
                    said.append(line)
                    if UP in line:
                        is_up.set()
                is_up.set()

            threading.Thread(target=listen, daemon=True).start()
            assert is_up.wait(UP_WITHIN_S), "".join(said)
            assert any(UP in line for line in said), "".join(said)
            yield
            os.killpg(process.pid, signal.SIGINT)
            process.wait(UP_WITHIN_S)

    def typed(self, blocks: tuple[Block, ...]) -> list[str]:
        """What each block prints, typed one after the other in the second terminal."""
        mark = "--- the next block ---"
        script = f'\necho "{mark}"\n'.join(block.commands for block in blocks)
        with self._group(script) as process:
            output, _ = process.communicate(timeout=DONE_WITHIN_S)
        return [each.strip("\n") for each in output.split(f"{mark}\n")]

    @contextmanager
    def _group(self, commands: str) -> Iterator["subprocess.Popen[str]"]:
        """A bash with everything it starts, none of which outlives us."""
        process = subprocess.Popen(
            ["/bin/bash", "-c", commands],
            cwd=self.clone,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        guard = subprocess.Popen(["/bin/sh", "-c", GUARD, "sh", str(process.pid)], stdin=subprocess.PIPE)
        try:
            yield process
        finally:
            guard.kill()
            guard.communicate()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def run_as_written(document: Path, clone: Path) -> tuple[Document, list[str]]:
    """A document's commands in their order; the document, and what each block printed."""
    read, reader = Document.read(document), Reader.at(clone)
    with reader.running(read.server):
        return read, reader.typed(read.blocks)


def differences(document: Document, outputs: list[str]) -> list[str]:
    """Where something else was printed than the document says."""
    found = [
        f"{block.commands}\nprints\n{output}\nand not\n{block.printed}"
        for block, output in zip(document.blocks, outputs, strict=False)
        if not block.fits(output)
    ]
    return found if len(outputs) == len(document.blocks) else [*found, f"only {len(outputs)} blocks came to their end"]
