"""What the provider's pages are read on: a company that asks, a firm with two experts, and the links of its notices."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.world import START, Side, accept, ask, done, engage_firm, report, take_in
from tests.kit.house import OpenHouse, opened
from tests.kit.portal import Browser
from tests.portal.conftest import Visitors

NOTICE_WITHIN_S = 10.0


@dataclass
class Firm:
    """A firm that is asked and works, with the folder in which its notices land."""

    house: OpenHouse
    side: Side
    folder: Path

    @property
    def about(self) -> dict[str, str]:
        """Whom a key of the firm speaks for."""
        return {"provider_id": self.side.ids["provider"], "person_id": self.side.ids["expert_person"]}

    @property
    def expert(self) -> str:
        return self.side.ids["expert_person"]

    async def visitor(self, visit: Visitors) -> Browser:
        return await visit("provider", **self.about)

    async def offered(self, kind: str = "policy_advice", **facts: Any) -> dict[str, str]:
        """The company asks and the firm is offered the job: `offer`, `need`, `request`, `shortlist`."""
        return await ask(self.house, self.side, kind, **facts)

    async def at_work(self, kind: str = "policy_advice", **facts: Any) -> str:
        """A running engagement of the firm."""
        return await accept(self.house, self.side, (await self.offered(kind, **facts))["offer"])

    async def returned(self, engagement_id: str, *, final: bool = False) -> str:
        """A report of the firm that came back."""
        made = await report(self.side, engagement_id, final=final)
        await done(self.side.officer, "POST", f"/v1/work-reports/{made}/return", {"reason_code": "figures_unclear"})
        return made

    async def completed(self) -> str:
        """An engagement whose final report was approved."""
        engagement = await self.at_work()
        made = await report(self.side, engagement, final=True)
        await done(self.side.officer, "POST", f"/v1/work-reports/{made}/approve")
        await self.house.settle()
        return engagement

    async def api(self, path: str, **filters: Any) -> dict[str, Any]:
        """What the API tells the firm."""
        return await done(self.side.people["provider"], "GET", path, params=filters or None)

    async def link(self, offer_id: str) -> str:
        """The address of the page that the notice of an offer leads to; there is one offer at a time in these tests."""
        end = asyncio.get_running_loop().time() + NOTICE_WITHIN_S
        while asyncio.get_running_loop().time() < end:
            for file in sorted((self.folder / "notices").glob("offer_made-*.txt"), reverse=True):
                found = re.search(r"(/offer-links/\S+)", file.read_text(encoding="utf-8"))
                if found:
                    return found[1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"no notice of {offer_id}")


@asynccontextmanager
async def spring(folder: Path) -> AsyncIterator[OpenHouse]:
    """The house on a Monday morning in March, so that the dates of these tests stand written."""
    async with opened(folder, at=START) as house:
        yield house


async def firm_of(house: OpenHouse, folder: Path) -> Firm:
    """The company and the firm, known to each other's services."""
    side = Side("Quokka", "XA-R", "en", "GREEN-MILLS", await house.hire("officer", provinces=["XA-R"]))
    await take_in(house, side)
    await engage_firm(house, side)
    await house.settle()
    return Firm(house, side, folder)
