"""What Prometheus is given to watch: alert rules that speak of figures the system really tells, and say what to do."""

import asyncio
import operator
import os
import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from chassis.settings import ROOT
from chassis.telemetry import (
    consumer_lag,
    deliveries,
    is_ready,
    log_away,
    loop_in_trouble,
    notices_unsent,
    outbox_oldest_s,
    outbox_waiting,
)
from deploy.local.topology import COMPOSE
from tests.kit import people
from tests.kit.house import opened
from tests.kit.postgres import NewDatabase
from tests.kit.room import Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, loaf, oven, until

GAUGES = (
    outbox_waiting,
    outbox_oldest_s,
    consumer_lag,
    deliveries,
    notices_unsent,
    is_ready,
    log_away,
    loop_in_trouble,
)
FOLDER = ROOT / "deploy" / "observability"
OF_PROMETHEUS = {"up": {"job", "process"}}
WORDS = {"max", "min", "sum", "by", "rate", "histogram_quantile"}
SIMPLE = re.compile(
    r"(?P<how>max|min) by \((?P<by>[\w, ]+)\) \((?P<name>\w+)(?:\{(?P<where>.*)\})?\) (?P<op>[<>]) (?P<limit>[\d.]+)"
)
Rules = list[dict[str, Any]]


def rules() -> Rules:
    (group,) = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    found: Rules = group["rules"]
    return found


def samples(text: str) -> list[Sample]:
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """What one process tells after a little work; what earlier tests left in its gauges is not this process's."""
    for gauge in GAUGES:
        gauge.clear()

    async def scraped() -> list[Sample]:
        async with opened(tmp_path_factory.mktemp("watched") / "data") as here:
            officer = await here.hire("officer")
            body = {"name": "Mill", "country": "XA", "province": "XA-R"}
            await asyncio.gather(*(officer.post("/v1/clients", json=body) for _ in range(30)))
            await here.settle()
            return samples((await here.administrator.get("/metrics")).text)

    return asyncio.run(scraped())


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_speaks_of_figures_and_labels_that_are_told(rule: dict[str, Any], told: list[Sample]) -> None:
    expression = rule["expr"]
    for name, where in re.findall(r"\b([a-z_]{2,})(?:\{(.*?)\})?(?=[\[)])", re.sub(r"by \(.*?\)", "", expression)):
        labels = OF_PROMETHEUS.get(name) or {label for each in told if each.name == name for label in each.labels}
        assert labels, f"nothing tells {name}"
        for label, how, value in re.findall(r'(\w+)(=~|!=|=)"(.*?)"', where):
            assert label in labels
            values = {each.labels[label] for each in told if each.name == name}
            assert how != "=" or name in OF_PROMETHEUS or value in values, f'{name} never has {label}="{value}"'
        for grouped in re.findall(r"by \((.*?)\)", expression):
            assert set(grouped.split(", ")) <= labels
    named = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    assert named <= set(", ".join(re.findall(r"by \((.*?)\)", expression)).split(", "))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_says_what_to_do_and_where_it_is_explained(rule: dict[str, Any]) -> None:
    place, _, section = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.*)$", (ROOT / place).read_text(encoding="utf-8"), re.MULTILINE)
    assert section == rule["alert"].lower()
    assert rule["alert"] in headings
    assert all(rule["annotations"][word].endswith(".") for word in ("summary", "action"))
    assert rule["labels"]["severity"] in ("page", "ticket")


def fires(rule: dict[str, Any], found: list[Sample]) -> bool:
    """Whether a rule of the simple form holds for any of its groups."""
    parts = SIMPLE.fullmatch(rule["expr"])
    assert parts is not None
    where = dict(re.findall(r'(\w+)="(.*?)"', parts["where"] or ""))
    groups: dict[tuple[str, ...], list[float]] = {}
    for each in found:
        if each.name == parts["name"] and where.items() <= each.labels.items():
            groups.setdefault(tuple(each.labels[name] for name in parts["by"].split(", ")), []).append(each.value)
    of_group = {"max": max, "min": min}[parts["how"]]
    compare = {"<": operator.lt, ">": operator.gt}[parts["op"]]
    return any(compare(of_group(values), float(parts["limit"])) for values in groups.values())


LABELS = 'service="clients",consumer="clients.reactions",loop="clients.relay",process="clients",job="openrecp"'


@pytest.mark.parametrize(
    ("alert", "quiet", "loud"),
    [
        ("ProcessIsDown", "up{%s} 1", "up{%s} 0"),
        ("ServiceIsNotReady", "openrecp_ready{%s} 1", "openrecp_ready{%s} 0"),
        ("EventLogIsAway", "openrecp_log_away{%s} 0", "openrecp_log_away{%s} 1"),
        ("EventsDoNotLeave", "openrecp_outbox_oldest_seconds{%s} 60", "openrecp_outbox_oldest_seconds{%s} 61"),
        ("OutboxIsLong", "openrecp_outbox_waiting{%s} 10000", "openrecp_outbox_waiting{%s} 10001"),
        ("ConsumerIsBehind", "openrecp_consumer_lag{%s} 1000", "openrecp_consumer_lag{%s} 1001"),
        (
            "DeliveriesAreDead",
            'openrecp_failed_deliveries{state="waiting",%s} 9\nopenrecp_failed_deliveries{state="dead",%s} 0',
            'openrecp_failed_deliveries{state="dead",%s} 1',
        ),
        (
            "DeliveriesAreWaiting",
            'openrecp_failed_deliveries{state="dead",%s} 9',
            'openrecp_failed_deliveries{state="waiting",%s} 1',
        ),
        ("LoopIsInTrouble", "openrecp_loop_in_trouble{%s} 0", "openrecp_loop_in_trouble{%s} 1"),
        (
            "NoticesWereGivenUp",
            'openrecp_notices_unsent{standing="due",%s} 9',
            'openrecp_notices_unsent{standing="failed",%s} 1',
        ),
        (
            "NoticesAreLate",
            'openrecp_notices_unsent{standing="due",%s} 20\nopenrecp_notices_unsent{standing="planned",%s} 900',
            'openrecp_notices_unsent{standing="due",%s} 21',
        ),
    ],
)
def test_a_rule_fires_beyond_its_limit_and_not_before(alert: str, quiet: str, loud: str) -> None:
    (rule,) = [each for each in rules() if each["alert"] == alert]
    assert not fires(rule, samples(quiet.replace("%s", LABELS) + "\n"))
    assert fires(rule, samples(loud.replace("%s", LABELS) + "\n"))


def test_a_system_that_is_well_fires_nothing(told: list[Sample]) -> None:
    simple = [rule for rule in rules() if SIMPLE.fullmatch(rule["expr"])]
    assert len(simple) == 11
    assert [rule["alert"] for rule in simple if fires(rule, told)] == []


def test_every_process_of_the_compose_file_is_watched() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    serving = {f"{name}:8000" for name, part in compose["services"].items() if part.get("command", [""])[0] == "serve"}
    assert len(serving) == 13
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    assert {target for each in job["static_configs"] for target in each["targets"]} == serving
    assert {each["labels"]["process"] for each in job["static_configs"]} == {each.split(":")[0] for each in serving}
    assert [(FOLDER / each).exists() for each in config["rule_files"]] == [True]


def test_prometheus_joins_the_compose_file() -> None:
    files = [option for name in ("docker-compose.yml", "deploy/observability/compose.yml") for option in ("-f", name)]
    done = subprocess.run(
        [COMPOSE, *files, "config", "-q"],
        cwd=ROOT,
        env={**os.environ, "POSTGRES_PASSWORD": "only to read it"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    new: NewDatabase | None = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else None
    async with room(bakery.service, tmp_path, dsn=new() if new else None) as opened_room:
        yield opened_room


async def _scraped(here: Room) -> dict[tuple[str, str], float]:
    """The figures of the bakery by name and the labels beside its own, read inside its process."""
    text = (await here.as_(people.administrator()).get("/metrics")).text
    return {
        (each.name, ",".join(value for name, value in sorted(each.labels.items()) if name != "service")): each.value
        for each in samples(text)
        if each.labels.get("service") == "bakery"
    }


async def test_the_sizes_of_group_commits_are_told_of_both_stores(here: Room) -> None:
    before = await _scraped(here)
    by = here.as_(OFFICER)
    await asyncio.gather(*(oven(by, f"Oven {number}") for number in range(200)))
    after = await _scraped(here)
    name = "openrecp_group_commit_units"
    units = after[f"{name}_sum", ""] - before.get((f"{name}_sum", ""), 0)
    commits = after[f"{name}_count", ""] - before.get((f"{name}_count", ""), 0)
    assert units >= 200
    assert commits < units
    assert after[f"{name}_bucket", "+Inf"] == after[f"{name}_bucket", "64.0"] == after[f"{name}_count", ""]
    assert after[f"{name}_bucket", "1.0"] < after[f"{name}_bucket", "64.0"]


async def test_figures_are_those_of_this_moment(here: Room) -> None:
    """Nothing has to be asked for before: the scrape itself looks."""
    by = here.as_(OFFICER)
    await here.settle()
    assert (await _scraped(here))["openrecp_consumer_lag", "bakery.projections"] == 0
    async with here.running.projector.paused():  # type: ignore[union-attr]
        await loaf(by, await oven(by))
        await until(lambda: _left(here))
        found = await _scraped(here)
    assert found["openrecp_consumer_lag", "bakery.projections"] >= 1
    assert found["openrecp_ready", ""] == 1


async def _left(here: Room) -> bool:
    waiting: int = (await here.running.relay.waiting())["waiting"]
    return waiting == 0


async def test_of_a_closed_database_only_that_is_told(here: Room) -> None:
    assert ("openrecp_outbox_waiting", "") in await _scraped(here)
    await here.running.store.stop()
    found = await _scraped(here)
    assert found["openrecp_ready", ""] == 0
    assert [
        name for name, _ in found if name.startswith(("openrecp_outbox", "openrecp_consumer", "openrecp_failed"))
    ] == []


def test_every_store_of_the_house_tells_its_commits(told: list[Sample]) -> None:
    services = {each.labels["service"] for each in told if each.name == "openrecp_group_commit_units_count"}
    assert {"clients", "matching", "impact", "gateway", "log"} <= services
