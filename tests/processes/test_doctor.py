"""`openrecp doctor`: each thing that is missing or set wrongly is said in words, with what mends it."""

import json
from pathlib import Path

import pytest

from chassis.auth import TokenMint
from chassis.settings import Settings
from gateway.signing import write_pair
from openrecp.doctor import examine
from openrecp.serve import ProcessSettings
from tests.kit.kafka import Broker
from tests.kit.postgres import Cluster, NewDatabase
from tests.kit.program import free_port, run


def faults(*arguments: str, **environment: str) -> dict[str, tuple[str, str]]:
    """What is wrong, by what it concerns: the words and the mending."""
    done = run("doctor", *arguments, "--json", **environment)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = {each["what"]: (each["words"], each["mend"]) for each in found if not each["well"]}
    assert done.returncode == (1 if wrong else 0), done.stderr
    assert found, done.stderr
    return wrong


def test_a_folder_without_a_deployment_and_one_with_it(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    ((words, mend),) = faults(*data).values()
    assert "holds no deployment" in words
    assert "openrecp init --pack demo" in mend
    assert run("init", "--pack", "kh", *data).returncode == 0
    assert faults(*data) == {}
    assert "kh can be read" in run("doctor", *data).stdout  # the folder's own, whatever the settings name


def test_settings_that_do_not_fit_are_named() -> None:
    (fault,) = faults(OPENRECP_CLOCK="sundial").values()
    assert "OPENRECP_CLOCK" in fault[0]
    assert "pack" in faults(OPENRECP_PACK="atlantis")
    assert "clock" in faults(OPENRECP_CLOCK_BEGINS="2025-01-01T00:00:00Z")


async def test_a_place_where_nothing_can_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To root every folder of a disk looks open: the system's answer is put in its place."""
    monkeypatch.setattr("os.access", lambda *_: False)
    (disk,) = [each for each in await examine(Settings(data=tmp_path), ProcessSettings()) if each.what == "disk"]
    assert disk.words == f"nothing can be written at {tmp_path}"
    assert "OPENRECP_DATA" in str(disk.mend)


@pytest.mark.kafka
def test_topics_are_made_by_what_it_says(
    kafka_broker: Broker, postgres_cluster: Cluster, postgres_dsn: NewDatabase
) -> None:
    dsn, dead = postgres_dsn(), free_port()
    given = {"OPENRECP_DATABASE": dsn, "OPENRECP_KAFKA_PREFIX": "doctor."}
    words, mend = faults("log", **given, OPENRECP_KAFKA=f"127.0.0.1:{dead}")["event log"]
    assert f"127.0.0.1:{dead}" in words
    assert "start Kafka" in mend
    given["OPENRECP_KAFKA"] = kafka_broker.servers
    words, mend = faults("log", **given)["event log"]
    assert "doctor.clients is missing" in words
    assert "openrecp migrate log" in mend
    assert run("migrate", "log", **given).returncode == 0
    assert faults("log", **given) == {}


@pytest.mark.postgres
def test_from_nothing_to_all_in_order_by_what_it_says(postgres_cluster: Cluster, tmp_path: Path) -> None:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    dead = free_port()
    given = {
        "OPENRECP_DATABASE": f"postgresql://openrecp@127.0.0.1:{dead}/doctor_{{service}}",
        "OPENRECP_PUBLIC_KEY_FILE": str(public),
        "OPENRECP_SIGNING_KEY_FILE": str(private),
    }
    found = faults("clients", **given)
    assert "openrecp key signing" in found["public key"][1]
    assert f"127.0.0.1:{dead} does not answer" in found["database of clients"][0]

    given["OPENRECP_DATABASE"] = f"{postgres_cluster.dsn('doctor')}_{{service}}"
    assert "--create" in faults("clients", **given)["database of clients"][1]
    assert run("migrate", "all", "--create", **given).returncode == 0
    assert run("key", "signing", **given).returncode == 0
    assert faults("clients", **given) == {}
    assert faults(**given) == {}

    services = {"OPENRECP_SERVICES": f"http://127.0.0.1:{dead}"}
    found = faults(**given, **services)
    assert set(found) == {
        f"service {name}" for name in ("clients", "matching", "assessments", "training", "impact", "exchange")
    }
    assert "openrecp serve clients" in found["service clients"][1]

    private.chmod(0o644)
    assert "chmod 600" in faults(**given)["signing key"][0]
    private.unlink()
    write_pair(private, tmp_path / "another.pem", "//demo/gateway")
    assert "another key" in faults(**given)["signing key"][0]
    assert TokenMint(private.read_text(), "//demo/gateway").public_key == (tmp_path / "another.pem").read_text()
