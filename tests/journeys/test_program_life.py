"""The life of a data folder: played, interrupted, started again, restored, out of room."""

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chassis.settings import ROOT, Settings
from tests.journeys.test_program import Running, closed_to_others, refused, well
from tests.kit.evidence import agree, left_in, order_of
from tests.kit.program import COMMAND, Program, new_deployment, run

IMPORTS = (
    "import uvicorn.protocols.http.httptools_impl, uvloop, openrecp.cli, openrecp.up\n"
    "from openrecp.services import NAMES, load\n"
    "for name in NAMES: load(name)"
)
Feed = list[dict[str, Any]]


def feed_of(folder: Path, url: str, key: str | None = None) -> Feed:
    """The feed as the command line prints it; without a key by the demo's administrator."""
    asked = ["events", "list", "--json", "--url", url, "--data", str(folder)] + (["--key", key] if key else [])
    return [json.loads(line) for line in well(run(*asked)).splitlines()]


def keys_of(folder: Path) -> dict[str, dict[str, Any]]:
    keys: dict[str, dict[str, Any]] = json.loads((folder / "demo-keys.json").read_text(encoding="utf-8"))
    return keys


def test_the_demo_is_played_once_and_the_next_start_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Program(folder, "--demo") as program:
        said = "\n".join(program.start())
        assert "A new folder: the main job is played once" in said
        assert "38. Today a cannery on the coast asks for an assessment; Hill Consultants has the offer  [ok]" in said
        assert str(folder / "demo-keys.json") in said
        closed_to_others(folder)
        feed = feed_of(folder, program.url)
        assert program.stop() == (0, ["Stopped; nothing is lost."])

        said = "\n".join(program.start())
        assert "main job" not in said
        assert feed_of(folder, program.url) == feed
        assert len(keys_of(folder)) >= 14
        assert program.stop()[0] == 0
    left, logged = asyncio.run(left_in(Settings(data=folder)))
    agree(feed, left, logged)


def test_a_play_that_is_killed_is_told_of_and_not_played_again(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Program(folder, "--demo") as program:
        program.spawn()
        while not (folder / "log.sqlite").exists():
            time.sleep(0.01)  # nobody has a key yet
        program.kill()
        program.spawn()
        said = program.until(" 8. ")
        program.kill()
        assert "A new folder: the main job is played once" in "\n".join(said)
        assert {"administrator", "officer", "provider_river", "provider_paddy"} <= keys_of(folder).keys()

        said = program.start()
        assert any("interrupted" in line and f"rm -r {folder}" in line for line in said)
        assert not any("1. " in line for line in said)
        feed = feed_of(folder, program.url)
        assert order_of(feed).gaps == order_of(feed).repeats == 0
        kinds = [event["type"].split(".")[3] for event in feed]
        assert kinds.count("client_registered") == kinds.count("service_request_submitted") == 1
        for name, actor in keys_of(folder).items():
            with Running(program, actor["key"]).http() as http:
                assert http.get("/v1/me").status_code == 200, name
        closed_to_others(folder)
        assert program.stop()[0] == 0


def test_ctrl_c_in_the_middle_of_the_play_ends_it_in_good_order(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Program(folder, "--demo") as program:
        program.spawn()
        program.until(" 3. ")
        code, said = program.stop()
        assert code == 130
        assert not any("Traceback" in line for line in said), said
        assert any("interrupted" in line for line in program.start())


def test_a_settable_clock_stands_where_it_stood_before_anything_is_due(tmp_path: Path) -> None:
    """Two years back, a consent that ends a year ago by the wall clock is in force, also after a restart."""
    key = new_deployment(Settings(data=tmp_path / "data", clock="settable"), set_back=timedelta(days=730))
    with Program(tmp_path / "data", OPENRECP_CLOCK="settable") as program:
        program.start()
        system = Running(program, key)
        with _officer(system) as officer:
            client = officer.post("/v1/clients", json={"name": "Mill", "country": "XA", "province": "XA-R"}).json()
            until = str((datetime.now(UTC) - timedelta(days=365)).date())
            consent = {"client_id": client["client_id"], "purpose": "share_with_providers", "text_version": "2024-1"}
            given = officer.post("/v1/consents", json=consent | {"until": until}).json()
            assert program.stop()[0] == 0
            program.start()
            assert officer.get(f"/v1/consents/{given['consent_id']}").json() == given
        with system.http() as administrator:
            assert administrator.get("/v1/clock").json()["offset_s"] == pytest.approx(-730 * 86_400, abs=60)


def _officer(system: Running) -> httpx2.Client:
    with system.http() as administrator:
        made = administrator.post("/v1/keys", json={"label": "officer", "roles": ["officer"]})
    return system.http(made.json()["key"])


def test_what_is_no_whole_backup_is_not_restored(tmp_path: Path) -> None:
    folder, archive, target = tmp_path / "data", tmp_path / "whole.tar.gz", tmp_path / "target"
    new_deployment(Settings(data=folder))
    well(run("backup", str(archive), "--data", str(folder)))
    whole = archive.read_bytes()
    middle = len(whole) // 2
    for name, content in {
        "cut.tar.gz": whole[:middle],
        "flipped.tar.gz": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty.tar.gz": b"",
        "text.tar.gz": b"no archive at all",
    }.items():
        (tmp_path / name).write_bytes(content)
        refused(run("restore", str(tmp_path / name), "--data", str(target)), name, "damaged")
        assert [path.name for path in target.iterdir()] == [".lock"], name
    refused(run("restore", str(tmp_path / "nowhere.tar.gz"), "--data", str(target)), "nowhere.tar.gz")
    refused(run("backup", str(tmp_path / "new"), "--data", str(tmp_path / "nothing")), "holds no deployment")
    assert "restored" in well(run("restore", str(archive), "--data", str(target)))


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    for command in (("up", "--demo"), ("init", "--pack", "demo"), ("migrate",)):
        refused(run(*command, "--data", str(tmp_path / "data")), "it is a file", "--data")
    refused(run("init", "--pack", "demo", "--data", str(tmp_path / "data" / "deeper")), "it is a file")


def _short_of_room(*arguments: str, limit: int) -> Any:
    """A command whose files may not grow beyond a limit, as on a full disk."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def test_a_disk_without_room_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    refused(_short_of_room("init", "--pack", "demo", "--data", str(folder), limit=20_000), "full")
    key = json.loads(well(run("init", "--pack", "demo", "--data", str(folder), "--json")))["key"]
    refused(_short_of_room("up", "--data", str(folder), limit=0), "full")
    refused(_short_of_room("backup", str(tmp_path / "b.tar.gz"), "--data", str(folder), limit=20_000), "is there room?")
    assert not (tmp_path / "b.tar.gz").exists()
    with Program(folder) as program:
        program.start()
        with Running(program, key).http() as http:
            assert http.get("/v1/me").status_code == 200


def _bare_imports() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, check=True)
    return time.perf_counter() - began


def _start(program: Program) -> float:
    began = time.perf_counter()
    program.start()
    assert httpx2.get(f"{program.url}/health/ready", trust_env=False).status_code == 200
    took = time.perf_counter() - began
    program.stop()
    return took


def test_it_is_ready_within_four_times_the_bare_imports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_deployment(Settings(data=tmp_path / "data"))
    with Program(tmp_path / "data") as program:
        _bare_imports()
        ratios = [_start(program) / _bare_imports() for _ in range(3)]
    ratio = statistics.median(ratios)
    with capsys.disabled():
        print(f"\n  ready / bare imports: {ratio:.2f} of {', '.join(f'{each:.2f}' for each in ratios)}", end="")
    assert ratio < 4


def test_an_idle_system_uses_less_than_two_percent_of_a_core(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_deployment(Settings(data=tmp_path / "data"))
    with Program(tmp_path / "data") as program:
        program.start()
        time.sleep(1)  # what belongs to the start is over
        began, used = time.monotonic(), _cpu_s(program.pid)
        time.sleep(8)  # idleness cannot be waited for, only watched
        share = (_cpu_s(program.pid) - used) / (time.monotonic() - began)
    with capsys.disabled():
        print(f"\n  idle CPU: {share:.2%}", end="")
    assert share < 0.02


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
