"""The command line as an operator uses it: what it says, its exit codes, and what it leaves in the folder."""

import json
import shutil
import socket
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chassis.clock import new_id
from chassis.settings import ROOT, Settings
from tests.kit.program import Program, new_deployment, run

Done = Any


@dataclass
class Running:
    """A system that runs, and its administrator's key."""

    program: Program
    key: str

    def ask(self, *arguments: str) -> Done:
        """A command of its administrator."""
        return run(*arguments, "--url", self.program.url, "--key", self.key)

    def http(self, key: str | None = None) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx2.Client(base_url=self.program.url, headers=headers, trust_env=False, timeout=30)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("program") / "data"
    key = new_deployment(Settings(data=folder))
    with Program(folder) as program:
        program.start()
        system = Running(program, key)
        body = {"label": "officer", "roles": ["officer"]}
        with system.http() as administrator:
            officer = administrator.post("/v1/keys", json=body).json()["key"]
        with system.http(officer) as http:
            for number in range(3):
                made = http.post("/v1/clients", json={"name": f"Mill {number}", "country": "XA", "province": "XA-R"})
                assert made.status_code == 201, made.text
        yield system


def refused(done: Done, *words: str, faults: int = 0) -> None:
    """Exit code 1 and a sentence that says what to do, with a line for each fault it names; never a traceback."""
    assert done.returncode == 1, (done.stdout, done.stderr)
    for word in words:
        assert word in done.stderr, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 + faults, done.stderr


def well(done: Done) -> str:
    """Exit code 0 and nothing to complain about."""
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
    text: str = done.stdout
    return text


def closed_to_others(folder: Path) -> None:
    """Nobody but the owner reads or writes anything."""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_init_shows_the_first_key_once_and_is_refused_where_a_deployment_is(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = json.loads(well(run("init", "--pack", "demo", "--data", str(folder), "--json")))
    assert made["key"].startswith("orc_")
    assert made["pack"] == "demo"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    closed_to_others(folder)
    assert made["key"].encode() not in b"".join(path.read_bytes() for path in folder.iterdir())
    refused(run("init", "--pack", "demo", "--data", str(folder)), "holds a deployment already", "openrecp up --data")

    with Program(folder) as program:
        program.start()
        with Running(program, made["key"]).http() as http:
            assert http.get("/v1/me").json()["roles"] == ["administrator"]
        closed_to_others(folder)
        assert program.stop() == (0, ["Stopped; nothing is lost."])

        another = json.loads(well(run("key", "administrator", "--data", str(folder), "--json")))
        program.start()
        with Running(program, another["key"]).http() as http:
            labels = [each["label"] for each in http.get("/v1/keys").json()["items"]]
        assert labels == ["first administrator", "made at the machine"]


def test_init_of_an_unknown_pack_is_refused_in_words(tmp_path: Path) -> None:
    refused(run("init", "--pack", "atlantis", "--data", str(tmp_path / "data")), "atlantis is not there")


def test_a_folder_without_deployment_is_not_started(tmp_path: Path) -> None:
    refused(run("up", "--data", str(tmp_path / "data")), "openrecp init --pack demo", "--demo")
    assert not (tmp_path / "data").exists()


def test_databases_that_others_could_read_are_closed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    new_deployment(Settings(data=folder))
    for path in folder.glob("*.sqlite"):
        path.chmod(0o644)
    well(run("migrate", "--data", str(folder)))
    closed_to_others(folder)


def test_a_folder_has_one_owner(running: Running) -> None:
    folder = str(running.program.folder)
    commands = ("up", "--port", "0"), ("migrate",), ("init", "--pack", "demo"), ("restore", __file__)
    for command in (*commands, ("key", "administrator")):
        refused(run(*command, "--data", folder), f"{folder} is in use by another OpenRECP process", "stop it first")


def test_a_port_that_is_taken_is_named(running: Running, tmp_path: Path) -> None:
    new_deployment(Settings(data=tmp_path / "data"))
    taken = str(running.program.port)
    refused(run("up", "--data", str(tmp_path / "data"), "--port", taken), f"Port {taken}", "--port 8081")


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    refused(run("up", "--data", str(tmp_path), OPENRECP_PORT="eighty"), "OPENRECP_PORT", "integer")
    refused(run("up", "--data", str(tmp_path), OPENRECP_CLOCK="sundial"), "OPENRECP_CLOCK", "'wall'")


def test_migrate_says_what_it_did_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    done = json.loads(well(run("migrate", "--data", folder, "--json")))["migrated"]
    assert {line.split(":")[0] for line in done} >= {"log", "gateway", "clients", "matching", "assessments", "impact"}
    assert well(run("migrate", "--data", folder)) == "Nothing to do.\n"


def test_a_pack_is_checked_file_by_file(tmp_path: Path) -> None:
    assert well(run("pack", "check", "demo")) == "demo is in order.\n"
    assert json.loads(well(run("pack", "check", "demo", "--json"))) == {"pack": "demo", "faults": []}

    broken = Path(shutil.copytree(ROOT / "packs" / "demo", tmp_path / "broken"))
    text = (broken / "clients.toml").read_text(encoding="utf-8")
    (broken / "clients.toml").write_text(text.replace("size_classes = [", "sice_classes = ["), encoding="utf-8")
    (broken / "matching.toml").write_text("weights = ", encoding="utf-8")
    done = run("pack", "check", "broken", "--json", OPENRECP_PACKS=str(tmp_path))
    assert done.returncode == 1
    faults = json.loads(done.stdout)["faults"]
    assert "clients.toml: size_classes: Field required" in faults
    assert "clients.toml: sice_classes: Extra inputs are not permitted" in faults
    assert any(each.startswith("matching.toml is not TOML: ") for each in faults)
    refused(
        run("init", "--pack", "broken", "--data", str(tmp_path / "data"), OPENRECP_PACKS=str(tmp_path)), "clients.toml"
    )

    absent = run("pack", "check", "atlantis")
    assert (absent.returncode, "atlantis is not there" in absent.stdout) == (1, True)


def test_keys_are_made_listed_and_revoked(running: Running) -> None:
    made = json.loads(well(running.ask("key", "create", "a reader", "--role", "reviewer", "--json")))
    with running.http(made["key"]) as http:
        assert http.get("/v1/me").json()["roles"] == ["reviewer"]
        assert made["key_id"] in well(running.ask("key", "list"))
        listed = json.loads(well(running.ask("key", "list", "--json")))["items"]
        assert made["key"] not in json.dumps(listed)
        assert well(running.ask("key", "revoke", made["key_id"])) == "revoked\n"
        assert http.get("/v1/me").json()["code"] == "key_was_revoked"
    refused(running.ask("key", "revoke", made["key_id"]), "409", "key_is_revoked")
    refused(running.ask("key", "create", "nobody", "--role", "emperor"), "422", "officer", faults=1)
    assert well(running.ask("key", "create", "another", "--role", "verifier")).startswith("orc_")


def test_events_are_printed_in_words_or_as_json(running: Running) -> None:
    words = well(running.ask("events", "list")).splitlines()
    events = [json.loads(line) for line in well(running.ask("events", "list", "--json")).splitlines()]
    assert len(words) == len(events) == 3
    assert {event["type"] for event in events} == {"org.openrecp.clients.client_registered.v1"}
    assert all(event["subject"] in line for event, line in zip(events, words, strict=True))
    assert words[0].endswith(f"{events[0]['subject']} v1 country=XA province=XA-R province_scheme=demo")
    assert well(running.ask("events", "list", "--type", "org.openrecp.clients.site_opened.v1")) == ""
    thread = running.ask("events", "list", "--correlation-id", events[1]["correlationid"], "--json")
    assert json.loads(well(thread)) == events[1]
    assert well(running.ask("events", "list", "--after", "2")).splitlines() == words[2:]
    refused(running.ask("events", "list", "--after", "yesterday"), "400", "cursor_is_invalid")
    refused(running.ask("events", "tail", "--after", "yesterday"), "400", "cursor_is_invalid")


def test_it_says_which_version_it_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert well(run("--version")) == f"openrecp {project['version']}\n"


def test_a_rebuild_gives_the_same_hash_or_exit_code_1(running: Running) -> None:
    outcome = json.loads(well(running.ask("rebuild", "impact", "--json")))
    assert (outcome["state"], outcome["result"]["same"], outcome["result"]["events"]) == ("finished", True, 3)
    assert well(running.ask("rebuild", "impact")) == "finished: the same as before, from 3 events\n"
    assert "finished" in well(running.ask("rebuild", "matching"))
    refused(running.ask("rebuild", "exchange"), "409", "nothing_to_rebuild")
    refused(running.ask("rebuild", "astrology"), "404")


def test_notices_are_listed_and_tried_again(running: Running) -> None:
    assert well(running.ask("notices", "list", "assessments")) == "None.\n"
    assert json.loads(well(running.ask("notices", "list", "matching", "--state", "failed", "--json")))["items"] == []
    assert well(running.ask("notices", "retry", "matching")) == "tried again: 0\n"
    refused(running.ask("notices", "retry", "matching", "--notice", str(new_id())), "404")


def test_failed_deliveries_are_listed(running: Running) -> None:
    assert well(running.ask("failed-deliveries", "list", "impact")) == "None.\n"
    assert json.loads(well(running.ask("failed-deliveries", "list", "impact", "--json")))["items"] == []
    assert well(running.ask("failed-deliveries", "redrive", "impact")) == "redriven: 0\n"
    refused(running.ask("failed-deliveries", "skip", "impact", str(new_id()), "why not"), "404")


def test_without_a_system_or_a_key_a_sentence_says_so(running: Running, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    refused(
        run("events", "list", "--url", f"http://127.0.0.1:{port}", "--key", "orc_x"), f"127.0.0.1:{port}", "is it up?"
    )
    refused(run("events", "list", "--url", running.program.url, "--data", str(tmp_path)), "--key or OPENRECP_KEY")
    refused(run("events", "list", "--url", running.program.url, "--key", "orc_nobody"), "401", "key")
    refused(run("events", "list", "--url", "not an address", "--key", "orc_x"), "not an address")
    (tmp_path / "demo-keys.json").write_text("{", encoding="utf-8")
    refused(run("events", "list", "--url", running.program.url, "--data", str(tmp_path)), "demo-keys.json")
