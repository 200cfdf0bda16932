"""Data that a release left behind is taken up by today's code: nothing lost, nothing played again, keys still good."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from chassis.migrations.runner import applied_postgres, applied_sqlite
from chassis.settings import Settings
from openrecp.backup import restore
from openrecp.databases import EVERY, database_of, migrate, parts_of
from openrecp.house import House, open_house
from tests.kit.evidence import agree, left_in, whole_feed
from tests.kit.postgres import Cluster
from tests.kit.releases import left_by_release, moved_to_postgres

KEPT = sorted(Path(__file__).parent.glob("*.tar.gz"))
every_release = pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name.removesuffix(".tar.gz"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def settings(request: pytest.FixtureRequest, kept: Path, tmp_path: Path) -> Settings:
    """A deployment as the release left it, on either database."""
    await asyncio.to_thread(restore, kept, tmp_path / "data")
    if request.param == "sqlite":
        return Settings(data=tmp_path / "data")
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    template = f"{cluster.dsn(f'release_{tmp_path.name}')}_{{service}}"
    await moved_to_postgres(tmp_path / "data", template, tmp_path / "scripts")
    for database in (tmp_path / "data").glob("*.sqlite"):
        database.unlink()
    return Settings.model_validate({"data": tmp_path / "data", "database": template})


def _client(house: House, key: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.gateway.app),
        base_url="http://house",
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
    )


@every_release
async def test_the_data_of_a_release_goes_on_under_todays_code(settings: Settings) -> None:
    key = json.loads((settings.data / "demo-keys.json").read_text(encoding="utf-8"))["administrator"]["key"]
    await migrate(settings, create=True)
    async with open_house(settings) as house, _client(house, key) as administrator:
        while not await house.settled():
            await asyncio.sleep(0.01)
        funnel = (await administrator.get("/v1/impact/funnel")).json()
        assert [funnel[stage] for stage in ("registered", "requested", "assessed", "verified")] == [2, 2, 1, 1]
        feed = await whole_feed(administrator)
        named = (await administrator.get("/v1/clients")).json()["items"]
        assert sorted(each["name"] for each in named) == ["Northern Textile Works", "Sundara Rice Mill"]
        assert (await administrator.get("/v1/courses")).json()["items"] == []
    left, logged = await left_in(settings)
    agree(feed, left, logged)
    assert await _behind(settings) == []


async def _behind(settings: Settings) -> list[str]:
    """Sections that are not at the head: every one the release had, and those that came since."""
    found = []
    for name in EVERY:
        path, dsn = database_of(settings, name)
        parts = parts_of(name)
        reached = await applied_postgres(dsn, parts) if dsn else [applied_sqlite(path, part) for part in parts]
        pairs = zip(parts, reached, strict=True)
        found += [f"{name}: {part.name} is at {at}" for part, at in pairs if at != part.head]
    return found


@every_release
def test_a_kept_folder_holds_every_database_of_its_time(kept: Path, tmp_path: Path) -> None:
    restore(kept, tmp_path / "data")
    of_the_first = {"assessments", "clients", "exchange", "gateway", "impact", "log", "matching"}
    assert left_by_release(tmp_path / "data").keys() >= of_the_first


def test_there_is_data_of_the_first_release() -> None:
    assert "0.1.0.tar.gz" in [path.name for path in KEPT]
