"""docker-compose.yml and the Dockerfile: what they promise, and what the local tool makes of them."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.local import topology
from deploy.local.image import NotUnderstood, image_of
from deploy.local.topology import COMPOSE, ROOT, ComposeFails, Places, read, seconds
from openrecp.services import NAMES

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SECRET = {"POSTGRES_PASSWORD": "only to read it"}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return read(SECRET, tmp_path_factory.mktemp("volumes"), profile="full")


def test_compose_takes_the_file_and_no_password_works_by_accident(tmp_path: Path) -> None:
    command: list[str | Path] = [COMPOSE, "--env-file", ROOT / ".env.example", "--profile", "full", "config", "-q"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"HOME": str(tmp_path)}, check=False)
    assert told.returncode != 0
    assert "POSTGRES_PASSWORD" in told.stderr
    well = subprocess.run(command, cwd=ROOT, capture_output=True, env={"HOME": str(tmp_path), **SECRET}, check=False)
    assert (well.returncode, well.stderr) == (0, b"")
    with pytest.raises(ComposeFails, match=r"\.env\.example"):
        read({}, tmp_path)


def test_the_dockerfile_passes_its_linter() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    told = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")


def test_every_service_has_an_api_and_a_worker_behind_its_migration(parts: dict[str, topology.Part]) -> None:
    order = list(parts)
    for name in NAMES:
        for process, role in ((name, "api"), (f"{name}-worker", "worker")):
            part = parts[process]
            assert part.command == ["serve", "--role", role]
            assert part.environment["OPENRECP_SERVICE"] == name
            assert part.after["migrate"] == "service_completed_successfully"
            assert part.restarts
            assert order.index("postgres") < order.index("migrate") < order.index(process)
        assert parts["gateway"].environment[f"OPENRECP_SERVICES__{name.upper()}"].startswith("http://127.0.0.1:")


def test_nothing_of_the_container_world_is_left_in_what_is_started_here(parts: dict[str, topology.Part]) -> None:
    hosts = re.compile(rf"//[^/]*@?\b({'|'.join(parts)}|0\.0\.0\.0):\d+")
    for part in parts.values():
        if part.built is not None:
            assert [each for each in part.environment.values() if hosts.search(each)] == []
            assert part.environment["OPENRECP_HOST"] == "127.0.0.1"
            assert part.port is None or part.environment["OPENRECP_PORT"] == str(part.port)
    assert parts["clients"].environment["OPENRECP_KAFKA"] == ""
    ports = [part.port for part in parts.values() if part.port]
    assert len(set(ports)) == len(ports)


def test_only_the_gateway_has_the_private_key(parts: dict[str, topology.Part]) -> None:
    assert {name for name, part in parts.items() if "/keys/private" in part.mounts} == {"gateway", "keys"}


def test_tags_are_pinned_and_ports_are_on_loopback_only() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert "latest" not in text + DOCKERFILE
    images = re.findall(r'image: (?:&\S+ )?"?([a-z/-]+)(:[\w.-]+)?', text)
    assert [name for name, tag in images if not tag] == []
    published = re.findall(r"ports: \[(.*)\]", text)
    assert published
    assert all(each.startswith('"127.0.0.1:') for each in published)
    assert all(":" in each for each in re.findall(r"^FROM (python\S*)", DOCKERFILE, re.MULTILINE))


def test_an_image_holds_one_service_and_nothing_of_the_others(tmp_path: Path) -> None:
    image_of(DOCKERFILE, "service", {"SERVICE": "clients"}).lay_out(ROOT, tmp_path)
    rooms = ["api_client", "chassis", "contracts", "openrecp", "packs", "services", "venv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == rooms
    assert sorted(path.name for path in (tmp_path / "services").iterdir()) == ["__init__.py", "clients"]
    image_of(DOCKERFILE, "gateway", {}).lay_out(ROOT, tmp_path)
    found = sorted(path.name for path in tmp_path.iterdir())
    assert found == ["api_client", "chassis", "contracts", "gateway", "openrecp", "packs", "portal", "venv"]


EVERY_MODULE = """
import importlib, pkgutil, sys
import openrecp.serve
for name in sys.argv[1:]:
    for found in pkgutil.walk_packages(importlib.import_module(name).__path__, name + "."):
        importlib.import_module(found.name)
"""


@pytest.mark.parametrize(
    ("room", "foreign"),
    [
        ("assessments", "icalendar"),
        ("clients", "pyxirr"),
        ("exchange", "xlsxwriter"),
        ("gateway", "python_calamine"),
        ("impact", "aiohttp"),
        ("matching", "jinja2"),
        ("training", "limits"),
    ],
)
def test_an_image_has_the_libraries_of_its_code_and_no_others(room: str, foreign: str, tmp_path: Path) -> None:
    target, code = ("gateway", ["gateway", "portal"]) if room == "gateway" else ("service", [f"services.{room}"])
    image_of(DOCKERFILE, target, {"SERVICE": room}).lay_out(ROOT, tmp_path)
    environment = {"PATH": "", "PYTHONPATH": f"{tmp_path}:{tmp_path}/venv"}

    def run(program: str, *words: str) -> str:
        command = [sys.executable, "-S", "-c", program, *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        ).stderr

    assert run(EVERY_MODULE, *code) == ""
    assert f"No module named '{foreign}'" in run(f"import {foreign}")


def test_what_it_cannot_carry_out_is_said_and_not_passed_over() -> None:
    with pytest.raises(NotUnderstood, match="ADD"):
        image_of("FROM x AS y\nADD a b\n", "y", {})
    with pytest.raises(NotUnderstood, match="no stage"):
        image_of("FROM x AS y\n", "z", {})


def test_arguments_and_variables_of_a_stage_and_of_those_it_stands_on() -> None:
    text = (
        'FROM a AS b\nENV X=1\nCOPY p p\nFROM b AS c\nARG S\nENV Y=${S}-y\nCOPY q/${S} \\\n  q/$S\nENTRYPOINT ["r"]\n'
    )
    image = image_of(text, "c", {"S": "s"})
    assert image.copies == [("p", "p"), ("q/s", "q/s")]
    assert (image.environment, image.entrypoint) == ({"X": "1", "Y": "s-y"}, ["r"])


def test_hosts_ports_and_volumes_become_those_of_this_machine(tmp_path: Path) -> None:
    services = {"db": {"expose": ["5432"]}, "web": {"expose": ["80"], "ports": [{"published": "8081"}]}, "once": {}}
    places = Places(services, tmp_path)
    db = places.here["db"]
    mounts = {"/keys": tmp_path / "keys"}
    assert places.translated("x://me@db:5432/db_{service}", "web", {}) == f"x://me@127.0.0.1:{db}/db_{{service}}"
    assert places.translated("http://webdb:5432", "web", {}) == "http://webdb:5432"
    assert places.translated("80", "web", {}) == "8081"
    assert places.translated("/keys/a.pem", "once", mounts) == f"{tmp_path}/keys/a.pem"
    assert places.spelt_out("WHERE", "http://{service}:80") == {"WHERE__WEB": "http://web:80"}


@pytest.mark.parametrize(("text", "wanted"), [("1m30s", 90), ("10s", 10), ("1h0m0s", 3_600)])
def test_durations_are_read(text: str, wanted: float) -> None:
    assert seconds(text) == wanted
