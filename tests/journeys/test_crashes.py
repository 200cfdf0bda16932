"""kill -9 at random moments of the main job and of imports: nothing is lost, doubled or out of order."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from chassis import jobs
from chassis.imports.runs import CHUNK
from chassis.settings import Settings
from openrecp.databases import store_of
from openrecp.play import play
from openrecp.remote import Remote, rebuild
from openrecp.stage import Stage
from tests.journeys import parcels
from tests.kit.crashes import Acknowledged, Killer, Ledger, Moment, Patient, moments
from tests.kit.evidence import agree, left_in, order_of, quiet, short, whole_feed
from tests.kit.house import databases
from tests.kit.postgres import Cluster, NewDatabase
from tests.kit.program import Program, deployment

KILLS = int(os.environ.get("CRASH_KILLS", "6"))
KILLS_OF_IMPORTS = int(os.environ.get("CRASH_KILLS_OF_IMPORTS", "3"))
KILLS_ON_POSTGRES = int(os.environ.get("CRASH_KILLS_ON_POSTGRES", "2"))
SEED = int(os.environ.get("CRASH_SEED", str(time.time_ns() % 1_000_000)))
TWO_YEARS = timedelta(days=730)
Tell = Any


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Figures are printed whether a test fails or not."""

    def say(words: str) -> None:
        print(words)  # beside a failure
        with capsys.disabled():
            print(f"\n  {words}", end="", flush=True)

    return say


@dataclass
class Scene:
    """A program under attack, and the client that goes through it."""

    settings: Settings
    program: Program
    killer: Killer
    ledger: Ledger
    administrator_key: str
    http: httpx2.AsyncClient

    def as_(self, authorization: str) -> dict[str, str]:
        return {"Authorization": authorization}

    @property
    def administrator(self) -> dict[str, str]:
        return self.as_(f"Bearer {self.administrator_key}")

    async def rest(self) -> list[dict[str, Any]]:
        """Every event, once all is at rest."""
        async with httpx2.AsyncClient(
            base_url=self.program.url, headers=self.administrator, trust_env=False, timeout=60
        ) as http:
            await quiet(http)
            return await whole_feed(http)


@asynccontextmanager
async def scene(
    folder: Path, when: list[Moment], *, database: str = "", set_back: timedelta = timedelta(0), marks: str = "writes"
) -> AsyncIterator[Scene]:
    """A new deployment whose program is killed when the client's work passes the marks."""
    settings = Settings(data=folder, pack="demo", clock="settable", database=SecretStr(database))
    key = await deployment(settings, set_back=set_back)
    with Program(folder, OPENRECP_CLOCK="settable", OPENRECP_DATABASE=database) as program:
        await asyncio.to_thread(program.start)
        ledger, killer = Ledger(), Killer(program, when, partial(_a_quarter_minute_passes, settings))
        transport = Patient(ledger, killer, writes_are_marks=marks == "writes")
        async with httpx2.AsyncClient(base_url=program.url, transport=transport, timeout=60, trust_env=False) as http:
            yield Scene(settings, program, killer, ledger, key, http)


async def _a_quarter_minute_passes(settings: Settings) -> None:
    """On PostgreSQL another process might live: a dead one's import goes on when its lease has run out."""
    if settings.database.get_secret_value():
        for name in ("clients", "assessments"):
            store = store_of(settings, name)
            await store.start()
            await jobs.let_go(store)
            await store.stop()


async def played(folder: Path, when: list[Moment], *, database: str = "") -> tuple[Scene, list[dict[str, Any]]]:
    """The main job under these kills, judged by what it left behind; the scene afterwards and the feed."""
    async with scene(folder, when, database=database, set_back=TWO_YEARS) as here:
        stage = Stage(here.http, here.administrator_key, lambda _: None)
        await play(stage)
        await here.killer.settled()
        feed = await here.rest()
        await found_again(here)
        await rebuilt(here)
        here.program.stop()
        agree(feed, *await left_in(here.settings))
    return here, feed


async def found_again(here: Scene) -> None:
    """Every acknowledged answer is there as it said, or in a later state."""
    for said in here.ledger.acknowledged:
        path = said.location or said.path
        if said.location is None and said.method == "POST":
            path = said.path.rpartition("/")[0]
        answer = await here.http.get(path, headers=here.as_(said.authorization))
        assert answer.status_code == 200, f"{said.method} {said.path} was lost: GET {path} answers {answer.text}"
        _as_said_or_later(said, answer.json())


def _as_said_or_later(said: Acknowledged, now: dict[str, Any]) -> None:
    if said.path == "/v1/clock/advance":
        assert datetime.fromisoformat(now["now"]) >= datetime.fromisoformat(said.answer["now"])
    elif said.path == "/v1/keys":
        assert (now["key_id"], now["status"]) == (said.answer["key_id"], "valid")
    else:
        assert now["version"] >= said.answer["version"], f"{said.path} went back: {said.answer} {now}"
        if now["version"] == said.answer["version"]:
            assert now == said.answer, said.path


async def rebuilt(here: Scene) -> None:
    """What each service keeps of its neighbours, rebuilt from zero as the command line does it, hashes like the
    live one."""
    remote = Remote(here.program.url, here.administrator_key, here.settings.data)
    for service in ("impact", "matching", "assessments"):
        outcome = await asyncio.to_thread(rebuild, remote, service)
        assert (outcome["state"], outcome["result"]["same"]) == ("finished", True), (service, outcome)


def figures(name: str, here: Scene, feed: list[dict[str, Any]]) -> str:
    order, ledger = order_of(feed), here.ledger
    return (
        f"{name}: seed {SEED}, kills {here.killer.kills}, acknowledged {len(ledger.acknowledged)}, "
        f"unknown {ledger.unknown}, events {order.events}, lost 0, doubled {order.repeats}, "
        f"inversions {order.inversions}, gaps {order.gaps}"
    )


@dataclass(frozen=True)
class Undisturbed:
    """The main job as it runs when nothing happens to it: its writes, and its events by type."""

    writes: int
    events: Counter[str]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    async def watch() -> Undisturbed:
        async with scene(tmp_path_factory.mktemp("undisturbed") / "data", [], set_back=TWO_YEARS) as here:
            await play(Stage(here.http, here.administrator_key, lambda _: None))
            return Undisturbed(here.ledger.writes, Counter(short(event) for event in await here.rest()))

    return asyncio.run(watch())


CREATED = {
    "/v1/clients": ("client_id", "client_registered"),
    "/v1/sites": ("site_id", "site_opened"),
    "/v1/consents": ("consent_id", "consent_given"),
    "/v1/service-requests": ("request_id", "service_request_submitted"),
    "/v1/providers": ("provider_id", "provider_registered"),
    "/v1/experts": ("expert_id", "expert_added"),
    "/v1/competences": ("competence_id", "competence_granted"),
    "/v1/options": ("option_id", "option_identified"),
    "/v1/work-reports": ("report_id", "work_report_submitted"),
}
DONE = {
    "/qualify": {"client_qualified"},
    "/contacts": {"client_contacts_changed"},
    "/accept": {"offer_accepted"},
    "/decline": {"offer_declined"},
    "/baseline": {"baseline_recorded"},
    "/complete": {"assessment_completed", "session_completed"},
    "/implement": {"option_implemented"},
    "/verify": {"option_verified"},
    "/refuse": {"option_refused"},
    "/resubmit": {"work_report_resubmitted"},
    "/return": {"work_report_returned", "assessment_returned"},
    "/approve": {"provider_approved", "assessment_approved", "option_approved", "work_report_approved"},
    "/rate": {"engagement_rated"},
}
"""By the client's ledger: what each kind of command makes happen, exactly once each time."""


def nothing_doubled(ledger: Ledger, feed: list[dict[str, Any]]) -> None:
    """One thing for each create, one event for each command that was acknowledged."""
    for path, (name, kind) in CREATED.items():
        # What a certificate grants is nobody's request.
        asked = [event for event in feed if short(event) == kind and not event["data"].get("certificate_id")]
        subjects = [event["subject"] for event in asked]
        assert Counter(subjects) == Counter(ledger.made(path, name)), path
    happened = Counter(short(event) for event in feed)
    for ending, kinds in DONE.items():
        assert sum(happened[kind] for kind in kinds) == ledger.times(ending), ending


async def _main_job(folder: Path, kills: int, undisturbed: Undisturbed, tell: Tell, database: str = "") -> None:
    when = moments(random.Random(SEED), kills, undisturbed.writes)
    here, feed = await played(folder, when, database=database)
    tell(figures(f"main job on {'PostgreSQL' if database else 'SQLite'}", here, feed))
    assert (here.killer.kills, here.killer.left) == (kills, 0)
    nothing_doubled(here.ledger, feed)
    assert Counter(short(event) for event in feed) == undisturbed.events


@pytest.mark.slow
async def test_the_main_job_survives_kills_on_sqlite(tmp_path: Path, undisturbed: Undisturbed, tell: Tell) -> None:
    await _main_job(tmp_path / "data", KILLS, undisturbed, tell)


@pytest.mark.slow
@pytest.mark.postgres
async def test_the_main_job_survives_kills_on_postgresql(
    tmp_path: Path, undisturbed: Undisturbed, tell: Tell, postgres_cluster: Cluster, postgres_dsn: NewDatabase
) -> None:
    template = await databases(postgres_dsn, postgres_cluster.dsn())
    await _main_job(tmp_path / "data", KILLS_ON_POSTGRES, undisturbed, tell, template)


async def _imported(here: Scene, path: str, files: dict[str, bytes], behind: int) -> dict[str, Any]:
    """Ask for an import and follow it to its end; each row that is done is a mark for the killer, counted behind
    those of earlier imports."""
    sent = {name: (f"{name}.csv", content) for name, content in files.items()}
    made = await here.http.post(path, files=sent, data={"mapping": parcels.MAPPING}, headers=here.administrator)
    assert made.status_code == 201, made.text
    while True:
        shown: dict[str, Any] = (await here.http.get(made.headers["Location"], headers=here.administrator)).json()
        here.killer.passed(behind + shown["done"])
        if shown["state"] not in ("queued", "running"):
            return shown
        await asyncio.sleep(0.01)  # nothing rings when a job comes on


def _outcome(shown: dict[str, Any]) -> tuple[str, int, int, int]:
    return shown["state"], shown["registered"], shown["already_there"], shown["refused"]


async def _refused_rows(here: Scene, path: str, shown: dict[str, Any]) -> list[str]:
    answer = await here.http.get(f"{path}/{shown['import_id']}/refused-rows", headers=here.administrator)
    return answer.text.splitlines()[1:]


async def _imports(folder: Path, kills: tuple[int, int], tell: Tell, database: str = "") -> None:
    plants = parcels.Plants(CHUNK * (kills[0] + 1))
    keys = plants.good[: CHUNK * (kills[1] + 1)]
    dice = random.Random(SEED)
    when = moments(dice, kills[0], plants.count)
    when += [replace(each, mark=each.mark + plants.count) for each in moments(dice, kills[1], len(keys))]
    async with scene(folder, when, database=database, marks="rows") as here:
        shown = await _imported(here, "/v1/client-imports", {"file": plants.clients()}, 0)
        assert _outcome(shown) == ("finished", len(plants.good), 0, len(plants.wrong))
        refused = await _refused_rows(here, "/v1/client-imports", shown)
        assert len(refused) == len(plants.wrong)
        await here.killer.settled()
        await here.rest()  # an assessment finds its client by events
        files = {"assessments": plants.assessments(keys), "recommendations": plants.recommendations(keys)}
        shown = await _imported(here, "/v1/assessment-imports", files, plants.count)
        assert _outcome(shown) == ("finished", 2 * len(keys), 0, 0)
        await here.killer.settled()
        feed = await here.rest()
        await rebuilt(here)
        here.program.stop()
        agree(feed, *await left_in(here.settings))
    tell(figures(f"imports on {'PostgreSQL' if database else 'SQLite'}", here, feed))
    assert (here.killer.kills, here.killer.left) == (sum(kills), 0)
    _once_each(feed, plants.good, keys)


def _once_each(feed: list[dict[str, Any]], clients: list[str], assessed: list[str]) -> None:
    """Every row of the files has become what it says, once."""
    registered = Counter(event["data"]["row_key"] for event in feed if short(event) == "client_registered")
    assert registered == Counter(clients)
    happened = Counter(short(event) for event in feed)
    assert happened["site_opened"] == len(clients)
    for kind in ("assessment_opened", "baseline_recorded", "assessment_approved", "option_identified"):
        assert happened[kind] == len(assessed), kind
    assert {kind: happened[kind] for kind in parcels.DECISIONS.values()} == parcels.decided(len(assessed))


@pytest.mark.slow
async def test_imports_survive_kills_on_sqlite(tmp_path: Path, tell: Tell) -> None:
    kills = KILLS_OF_IMPORTS
    await _imports(tmp_path / "data", (kills - kills // 3, kills // 3), tell)


@pytest.mark.slow
@pytest.mark.postgres
async def test_imports_survive_kills_on_postgresql(
    tmp_path: Path, tell: Tell, postgres_cluster: Cluster, postgres_dsn: NewDatabase
) -> None:
    template = await databases(postgres_dsn, postgres_cluster.dsn())
    await _imports(tmp_path / "data", (1, 1), tell, template)
