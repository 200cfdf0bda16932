"""Who may import whom: import-linter over the tree, and planted faults that each rule must find."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOMS, ROOT, Module, modules, strangers

LINT = Path(sys.executable).with_name("lint-imports")


def _lint(tree: Path, *rules: str) -> tuple[int, str]:
    chosen = [part for rule in rules for part in ("--contract", rule)]
    done = subprocess.run([LINT, "--no-cache", *chosen], cwd=tree, capture_output=True, text=True, check=False)
    return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr)


def _copy(folder: Path) -> Path:
    """The tree without its tests, to plant faults in."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in filter(lambda room: (ROOT / room).exists(), ROOMS):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _plant(tree: Path, file: str, line: str) -> None:
    target = tree / file
    target.parent.mkdir(parents=True, exist_ok=True)
    (target.parent / "__init__.py").touch()
    target.write_text(f"{target.read_text() if target.exists() else ''}\n{line}\n")


def test_every_import_is_one_that_the_house_allows() -> None:
    code, words = _lint(ROOT)
    assert code == 0, words


PLANTED = (
    ("house", "chassis/paging.py", "import services.clients.models"),
    ("house", "gateway/paths.py", "import services.clients.queries"),
    ("house", "services/clients/queries.py", "import gateway.paths"),
    ("house", "services/clients/timers.py", "import openrecp.services"),
    ("house", "contracts/values.py", "import chassis.clock"),
    ("house", "api_client/transport.py", "import contracts.values"),
    ("house", "api_client/transport.py", "import chassis.clock"),
    ("client", "services/clients/reactions.py", "import api_client.operations"),
    ("client", "gateway/paths.py", "import api_client.operations"),
    ("services", "services/newcomer/app.py", "import services.clients.domain.clients"),
    ("services", "services/clients/timers.py", "import services.newcomer.app"),
    ("service", "services/clients/domain/sites.py", "import services.clients.models"),
    ("service", "services/clients/domain/sites.py", "import services.clients.pack"),
    ("service", "services/clients/queries.py", "import services.clients.schemas"),
    ("service", "services/clients/reactions.py", "import services.clients.api.clients"),
    ("service", "services/newcomer/models.py", "import services.newcomer.app"),
    ("portal", "portal/entrance/pages.py", "import portal.work.pages"),
    ("portal", "portal/visit.py", "import portal.work"),
    ("portal", "portal/figures.py", "import portal.forms"),
    ("portal", "portal/charts/bars.py", "import portal.visit"),
    ("domain", "services/clients/domain/sites.py", "import asyncio"),
    ("domain", "services/clients/domain/sites.py", "import chassis.clock"),
    ("domain", "services/clients/domain/consents.py", "import httpx2"),
    ("domain", "services/newcomer/domain.py", "import sqlalchemy"),
    ("kafka", "services/clients/reactions.py", "import aiokafka"),
    ("kafka", "chassis/consumer.py", "import aiokafka"),
    ("driver", "services/clients/queries.py", "import asyncpg"),
    ("driver", "chassis/relay.py", "import sqlite3"),
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each rule says about a tree in which all these imports were planted."""
    tree = _copy(tmp_path_factory.mktemp("tree"))
    for _, file, line in PLANTED:
        _plant(tree, file, line)
    words = {}
    for rule in {rule for rule, _, _ in PLANTED}:
        code, words[rule] = _lint(tree, rule)
        assert code == 1, words[rule]
    return words


@pytest.mark.parametrize(("rule", "file", "line"), PLANTED, ids=lambda value: value.replace("/", "."))
def test_a_planted_import_is_found(found: dict[str, str], rule: str, file: str, line: str) -> None:
    importer, imported = file.removesuffix(".py").replace("/", "."), line.removeprefix("import ")
    assert f"{importer} -> {imported} (l." in found[rule]


def test_a_module_that_no_service_has_is_found(tmp_path: Path) -> None:
    tree = _copy(tmp_path)
    _plant(tree, "services/clients/wisdom.py", "")
    code, words = _lint(tree, "service")
    assert code == 1
    assert "wisdom" in words


def test_a_room_of_the_portal_that_no_rule_knows_is_found(tmp_path: Path) -> None:
    tree = _copy(tmp_path)
    _plant(tree, "portal/attic/pages.py", "")
    code, words = _lint(tree, "portal")
    assert code == 1
    assert "attic" in words


def test_the_one_place_that_may_know_a_broker_is_let_through(tmp_path: Path) -> None:
    tree = _copy(tmp_path)
    _plant(tree, "chassis/log/kafka.py", "import aiokafka")
    code, words = _lint(tree, "kafka")
    assert code == 0, words


def test_the_contracts_stand_on_pydantic_alone() -> None:
    assert [words for module in modules(ROOT, "contracts") for words in strangers(module)] == []
    planted = Module(
        Path("contracts/values.py"), "import pydantic, json\nfrom contracts.event import Event\nimport attrs"
    )
    assert list(strangers(planted)) == ["contracts/values.py: attrs"]


def test_no_room_stands_outside_the_rules() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    rooms = {room for room in ROOMS if (ROOT / room).exists()}
    assert set(rules["root_packages"]) == rooms
    for rule in rules["contracts"]:
        if rule["id"] in ("kafka", "driver"):
            assert set(rule["source_modules"]) == rooms
