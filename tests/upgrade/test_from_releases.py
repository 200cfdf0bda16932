"""Data that a release left behind is taken up by today's code: nothing lost, nothing played again, keys still good."""

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from chassis.settings import Settings
from openrecp.backup import restore
from openrecp.house import open_house

KEPT = sorted(Path(__file__).parent.glob("*.tar.gz"))


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name.removesuffix(".tar.gz"))
async def test_the_data_of_a_release_goes_on_under_todays_code(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await asyncio.to_thread(restore, kept, folder)
    key = json.loads((folder / "demo-keys.json").read_text(encoding="utf-8"))["administrator"]["key"]
    async with (
        open_house(Settings(data=folder)) as house,
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=house.gateway.app),
            base_url="http://house",
            headers={"Authorization": f"Bearer {key}"},
            trust_env=False,
        ) as administrator,
    ):
        while not await house.settled():
            await asyncio.sleep(0.01)
        funnel = (await administrator.get("/v1/impact/funnel")).json()
        assert [funnel[stage] for stage in ("registered", "requested", "assessed", "verified")] == [2, 2, 1, 1]
        feed = (await administrator.get("/v1/events", params={"limit": 200})).json()
        sequences: dict[str, list[int]] = {}
        for event in feed["items"]:
            sequences.setdefault(event["subject"], []).append(int(event["sequence"]))
        assert all(found == list(range(1, len(found) + 1)) for found in sequences.values())
        assert len(feed["items"]) == feed["end"]
        named = (await administrator.get("/v1/clients")).json()["items"]
        assert sorted(each["name"] for each in named) == ["Northern Textile Works", "Sundara Rice Mill"]


def test_there_is_data_of_the_first_release() -> None:
    assert "0.1.0.tar.gz" in [path.name for path in KEPT]
