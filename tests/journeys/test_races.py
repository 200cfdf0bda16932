"""Many at once through the door, on both stores: one winner, clear refusals, and one owner of every clash."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.journeys.world import START, Side, ask, done, engage_firm, one, take_in
from tests.kit.house import OpenHouse, databases, opened

CROWD = 50
ROUNDS = 16
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@dataclass
class Ring:
    """A client and a provider who are about to act at the same moment."""

    house: OpenHouse
    side: Side

    @property
    def client(self) -> httpx2.AsyncClient:
        return self.side.people["client"]

    @property
    def firm(self) -> httpx2.AsyncClient:
        return self.side.people["provider"]

    async def accepting(self, offer: str) -> httpx2.Response:
        return await self.firm.post(f"/v1/offers/{offer}/accept", json={"person_id": self.side.ids["expert_person"]})

    async def booked(self) -> int:
        provider = await done(self.firm, "GET", f"/v1/providers/{self.side.ids['provider']}")
        return sum(each["days"] for each in provider["bookings"])

    async def events(self, name: str) -> int:
        wanted = {"type": f"org.openrecp.matching.{name}.v1", "limit": 200}
        return len((await done(self.house.administrator, "GET", "/v1/events", params=wanted))["items"])


@pytest.fixture(params=BOTH)
async def ring(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ring]:
    database = ""
    if request.param == "postgres":
        cluster = request.getfixturevalue("postgres_cluster")
        database = await databases(request.getfixturevalue("postgres_dsn"), cluster.dsn())
    async with opened(tmp_path, database=database, at=START) as house:
        side = Side("Quokka", "XA-R", "en", "GREEN-MILLS", await house.hire("officer", provinces=["XA-R"]))
        await take_in(house, side)
        await engage_firm(house, side)
        await house.settle()
        yield Ring(house, side)


def outcomes(answers: Iterable[httpx2.Response]) -> Counter[tuple[int, str]]:
    """How often each status and code was answered; nothing here is ever our own fault."""
    seen = Counter((each.status_code, each.json().get("code", "")) for each in answers)
    assert all(status in (200, 201, 409) for status, _ in seen), seen
    return seen


async def test_fifty_acceptances_of_one_offer_have_one_winner(ring: Ring) -> None:
    first = await ask(ring.house, ring.side, "policy_advice")
    await done(ring.firm, "POST", f"/v1/offers/{first['offer']}/decline", {"reason_code": "other"})
    chosen = {"shortlist_id": first["shortlist"], "provider_id": ring.side.ids["provider"]}
    offer = await done(ring.side.officer, "POST", "/v1/offers", chosen)
    passer_by = await ring.house.with_key(None)
    body = {"person_id": ring.side.ids["expert_person"]}
    by_link = f"/v1/offer-links/{offer['link_code']}/accept"
    crowd: list[Any] = [ring.accepting(offer["offer_id"]) for _ in range(CROWD // 2)]
    crowd += [passer_by.post(by_link, json=body) for _ in range(CROWD // 2)]
    seen = outcomes(await asyncio.gather(*crowd))
    assert seen == {(200, ""): 1, (409, "offer_is_answered"): CROWD - 1}
    await ring.house.settle()
    assert await ring.booked() == 3
    assert (await one(ring.firm, "/v1/engagements"))["need_id"] == first["need"]
    assert [await ring.events(name) for name in ("offer_accepted", "engagement_started", "provider_booked")] == [1] * 3


async def test_fifty_acceptances_of_two_offers_cannot_share_the_days(ring: Ring) -> None:
    week = {"days": 5, "wanted_from": "2026-04-06", "wanted_until": "2026-04-10"}
    offers = [(await ask(ring.house, ring.side, "policy_advice", **week))["offer"] for _ in range(2)]
    seen = outcomes(await asyncio.gather(*[ring.accepting(offers[n % 2]) for n in range(CROWD)]))
    assert seen[200, ""] == 1
    assert set(seen) == {(200, ""), (409, "offer_is_answered"), (409, "provider_lacks_free_days")}
    await ring.house.settle()
    assert await ring.booked() == 5
    assert await ring.events("engagement_started") == 1


async def test_a_request_beside_the_end_of_consent_never_leaves_an_open_need(ring: Ring) -> None:
    ids, ends = ring.side.ids, Counter[str]()
    wish = {
        "client_id": ids["client"],
        "site_id": ids["site"],
        "kind": "policy_advice",
        "language": "en",
        "wanted_from": "2026-04-01",
        "wanted_until": "2026-06-30",
        "days": 1,
    }
    agreed = {"client_id": ids["client"], "purpose": "share_with_providers", "text_version": "1"}
    for turn in range(ROUNDS):
        submitting = _later(turn % 4, ring.client.post("/v1/service-requests", json=wish))
        withdrawing = _later(turn // 4, ring.client.post(f"/v1/consents/{ids['consent']}/withdraw"))
        answers = await asyncio.gather(submitting, withdrawing)
        outcomes(answers)
        await ring.house.settle()
        assert answers[1].status_code == 200
        ends["refused" if answers[0].status_code == 409 else "taken"] += 1
        for status in ("open", "unmet"):
            assert (await done(ring.side.officer, "GET", "/v1/needs", params={"status": status}))["items"] == []
        assert (await done(ring.firm, "GET", "/v1/offers", params={"status": "open"}))["items"] == []
        requests = (await done(ring.client, "GET", "/v1/service-requests", params={"limit": 200}))["items"]
        assert {each["status"] for each in requests} <= {"cancelled"}
        ids["consent"] = (await done(ring.client, "POST", "/v1/consents", agreed))["consent_id"]
        await ring.house.settle()
    print(f"request beside withdrawal: {dict(ends)}")


async def test_a_cancellation_beside_an_acceptance_is_settled_by_one_owner(ring: Ring) -> None:
    ends = Counter[str]()
    for turn in range(ROUNDS):
        asked = await ask(ring.house, ring.side, "policy_advice", days=1)
        cancelling = _later(turn % 4, ring.client.post(f"/v1/service-requests/{asked['request']}/cancel"))
        answers = await asyncio.gather(cancelling, _later(turn // 2 * 3, ring.accepting(asked["offer"])))
        outcomes(answers)
        await ring.house.settle()
        taken = answers[1].status_code == 200
        request = await done(ring.client, "GET", f"/v1/service-requests/{asked['request']}")
        need = await done(ring.side.officer, "GET", f"/v1/needs/{asked['need']}")
        offer = await done(ring.firm, "GET", f"/v1/offers/{asked['offer']}")
        expected = ("started", "filled", "accepted") if taken else ("cancelled", "cancelled", "withdrawn")
        assert (request["status"], need["status"], offer["status"]) == expected
        ends["accepted first" if taken else "cancelled first"] += 1
    assert await ring.booked() == ends["accepted first"] == await ring.events("engagement_started")
    print(f"cancellation beside acceptance: {dict(ends)}")


async def _later(steps: int, asking: Any) -> Any:
    """A few milliseconds after the other, so that either comes first now and then."""
    await asyncio.sleep(steps * 0.004)
    return await asking
