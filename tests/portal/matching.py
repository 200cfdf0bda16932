"""What the pages of matching are read on: a company that asks, and firms that may be asked, or not."""

from dataclasses import dataclass
from typing import Any

import httpx2

from tests.journeys.world import Side, accept, ask, done, engage_firm, report, take_in
from tests.kit.house import OpenHouse

JOB: dict[str, Any] = {
    "kind": "policy_advice",
    "language": "en",
    "starts_on": "2026-04-01",
    "ends_on": "2026-06-30",
    "days": 3,
}


@dataclass
class Stage:
    """A qualified company with its provider; `others` are further firms by name."""

    house: OpenHouse
    side: Side
    others: dict[str, str]

    @property
    def officer(self) -> httpx2.AsyncClient:
        return self.side.officer

    async def firm(self, name: str, *, level: int | None = 4, **facts: Any) -> str:
        """A further approved firm with one expert in policy advice, unless the facts say otherwise."""
        body = {
            "name": name,
            "kind": "firm",
            "country": "XA",
            "places": [{"country": "XA"}],
            "languages": ["en"],
            **facts,
        }
        provider_id: str = (await done(self.officer, "POST", "/v1/providers", body))["provider_id"]
        await done(self.officer, "POST", f"/v1/providers/{provider_id}/approve")
        who = {"provider_id": provider_id, "full_name": f"Expert of {name}"}
        person_id = (await done(self.officer, "POST", "/v1/experts", who))["person_id"]
        if level is not None:
            grant = {"person_id": person_id, "code": "policy_advice", "level": level, "valid_from": "2025-01-01"}
            await done(self.officer, "POST", "/v1/competences", grant)
        self.others[name] = provider_id
        return provider_id

    async def need(self, **facts: Any) -> dict[str, Any]:
        """A job that the officer opens without a request."""
        ids = self.side.ids
        return await done(
            self.officer, "POST", "/v1/needs", {"client_id": ids["client"], "site_id": ids["site"], **JOB, **facts}
        )

    async def offers(self, need_id: str, **filters: Any) -> list[dict[str, Any]]:
        found = await done(self.officer, "GET", "/v1/offers", params={"need_id": need_id, **filters})
        items: list[dict[str, Any]] = found["items"]
        return items

    async def at_work(self, kind: str = "policy_advice") -> str:
        """An engagement of the side's provider."""
        return await accept(self.house, self.side, (await ask(self.house, self.side, kind))["offer"])

    async def reported(self, *, final: bool = False) -> tuple[str, str]:
        """An engagement and a report of it that waits for an answer."""
        engagement = await self.at_work()
        return engagement, await report(self.side, engagement, final=final)


async def stage_of(house: OpenHouse) -> Stage:
    """The stage, with the one firm of the side."""
    side = Side("Quokka", "XA-R", "en", "GREEN-MILLS", await house.hire("officer", provinces=["XA-R"]))
    await take_in(house, side)
    await engage_firm(house, side)
    await house.settle()
    return Stage(house, side, {})
