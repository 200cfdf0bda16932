"""`openrecp events tail`: it follows the feed over restarts of the system, without loss or repetition."""

import json
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis.settings import ROOT, Settings
from openrecp.feed import line_of
from tests.journeys.test_program import Running, refused, well
from tests.kit.program import COMMAND, Program, new_deployment, run

WITHIN_S = 60.0


class Tail:
    """A tail in a process of its own, and what it says, line by line."""

    def __init__(self, system: Running, *flags: str) -> None:
        asked = [*COMMAND, "events", "tail", *flags, "--url", system.program.url, "--key", system.key]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(asked, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)
        self._lines = [self._listen(stream) for stream in (self._process.stdout, self._process.stderr)]

    def _listen(self, stream: Any) -> "queue.SimpleQueue[str]":
        said: queue.SimpleQueue[str] = queue.SimpleQueue()

        def listen() -> None:
            with stream:
                for line in stream:
                    said.put(line.rstrip("\n"))

        threading.Thread(target=listen, daemon=True).start()
        return said

    def printed(self, count: int) -> list[str]:
        """The next lines it prints."""
        return [self._lines[0].get(timeout=WITHIN_S) for _ in range(count)]

    def remarked(self) -> str:
        """The next remark it makes beside."""
        return self._lines[1].get(timeout=WITHIN_S)

    def stop(self) -> tuple[int, str]:
        """Ctrl-C; the exit code, and its last remark."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(WITHIN_S), self.remarked()

    @property
    def has_more(self) -> bool:
        return not self._lines[0].empty()

    def __enter__(self) -> "Tail":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Running]:
    folder = tmp_path / "data"
    key = new_deployment(Settings(data=folder))
    with Program(folder) as program:
        program.start()
        yield Running(program, key)


def _take_in(system: Running, officer: str, *names: str) -> list[str]:
    """Take in companies; their ids."""
    made = []
    with system.http(officer) as http:
        for name in names:
            answer = http.post("/v1/clients", json={"name": name, "country": "XA", "province": "XA-R"})
            assert answer.status_code == 201, answer.text
            made.append(answer.json()["client_id"])
    return made


def _officer(system: Running) -> str:
    with system.http() as administrator:
        key: str = administrator.post("/v1/keys", json={"label": "officer", "roles": ["officer"]}).json()["key"]
    return key


def _subjects(lines: list[str]) -> list[str]:
    return [json.loads(line)["subject"] for line in lines]


def test_it_goes_on_over_a_stop_and_a_kill_of_the_system_with_every_event_once(system: Running) -> None:
    officer = _officer(system)
    before = _take_in(system, officer, "Mill 1", "Mill 2")
    with Tail(system, "--from-start", "--json") as tail:
        assert tail.remarked() == f"Following {system.program.url} behind event 0; Ctrl-C ends it."
        seen = _subjects(tail.printed(2))
        for end in (system.program.stop, system.program.kill):
            end()
            assert tail.remarked().endswith("is it up? Waiting for it.")
            system.program.start()
            assert tail.remarked() == f"It answers again; going on behind event {len(seen)}."
            before += _take_in(system, officer, "Mill after", "Mill after that")
            seen += _subjects(tail.printed(2))
        assert tail.stop() == (0, "Stopped; it goes on with --after 6")
        assert not tail.has_more
    assert seen == before
    listed = well(run("events", "list", "--json", "--url", system.program.url, "--key", system.key)).splitlines()
    assert _subjects(listed) == seen


def test_it_shows_only_what_comes_unless_told_where_to_begin(system: Running) -> None:
    officer = _officer(system)
    _take_in(system, officer, "Mill 1", "Mill 2")
    with Tail(system) as tail, Tail(system, "--after", "1", "--json") as earlier:
        assert tail.remarked().endswith("behind event 2; Ctrl-C ends it.")
        (third,) = _take_in(system, officer, "Mill 3")
        (line,) = tail.printed(1)
        assert f" org.openrecp.clients.client_registered.v1 {third} v1 country=XA province=XA-R" in line
        assert _subjects(earlier.printed(2))[1] == third
        assert tail.stop() == (0, "Stopped; it goes on with --after 3")


def test_it_follows_only_the_types_asked_for(system: Running) -> None:
    officer = _officer(system)
    with Tail(system, "--json", "--from-start", "--type", "org.openrecp.clients.site_opened.v1") as tail:
        tail.remarked()
        (client,) = _take_in(system, officer, "Mill 1")
        with system.http(officer) as http:
            place = {"client_id": client, "name": "Plant 1", "country": "XA", "province": "XA-R"}
            site = http.post("/v1/sites", json=place).json()["site_id"]
        assert _subjects(tail.printed(1)) == [site]
        assert tail.stop()[0] == 0


def test_it_ends_with_a_sentence_where_asking_again_would_not_help(system: Running) -> None:
    address = ("--url", system.program.url)
    refused(run("events", "tail", *address, "--key", "orc_nobody"), "401")
    refused(run("events", "tail", "--url", "http://127.0.0.1:1", "--key", "orc_x"), "is it up?")
    both = run("events", "tail", *address, "--key", system.key, "--after", "1", "--from-start")
    assert (both.returncode, "not both" in both.stderr) == (2, True)


def test_a_line_is_short_and_moves_no_cursor() -> None:
    event = {
        "time": "2026-03-02T08:15:00Z",
        "type": "org.openrecp.matching.need_unmet.v1",
        "subject": "019a7c11-5200-7000-8000-0000000000c1",
        "sequence": "0000000012",
        "data": {
            "need_id": "019a7c11-5200-7000-8000-0000000000c1",
            "request_id": None,
            "unit": "kWh\x1b[2J",
            "final": True,
            "excluded": {"too_far": 3, "language": 1},
            "streams": [1, 2, 3],
        },
    }
    head = "2026-03-02T08:15:00Z org.openrecp.matching.need_unmet.v1 019a7c11-5200-7000-8000-0000000000c1 v12"
    assert line_of(event) == f"{head} unit='kWh\\x1b[2J' final=true excluded={{2}} streams=[3]"
    assert line_of({**event, "data": {}}) == head
    long = line_of({**event, "data": {"row_key": "x" * 128}})
    assert len(long) == len(head) + 101
    assert long.endswith("x…")
