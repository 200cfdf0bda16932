"""Every command of every role in any order: whatever is refused, the house stays in order."""

import asyncio
import random
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chassis.clock import new_id
from contracts.clients import ConsentWithdrawn, ServiceRequestCancelAsked
from services.matching.app import service
from services.matching.domain.engagements import Engagement
from services.matching.domain.needs import Need
from services.matching.domain.offers import Offer
from services.matching.domain.providers import Provider
from services.matching.models import engagements, metadata, needs, offers, providers
from tests.kit.room import Room, room, rows
from tests.services.matching.stage import START, Firm, Stage, set_up
from tests.services.matching.stage import given as consent

OFFICER, FIRM = "officer", "firm"
PERIOD = {"starts_on": "2026-02-01", "ends_on": "2026-02-28"}
REPORT = {"engagement_id": "{engagement}", "period": PERIOD, "days": "5", "findings": "Leaks.", "final": True}
BY_HAND = {"shortlist_id": "{shortlist}", "provider_id": "{provider}"}
OTHER = {"reason_code": "other"}
POSTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "make offer": (OFFICER, "/v1/offers", BY_HAND),
    "accept offer": (FIRM, "/v1/offers/{offer}/accept", {"person_id": "{person}"}),
    "decline offer": (FIRM, "/v1/offers/{offer}/decline", OTHER),
    "withdraw offer": (OFFICER, "/v1/offers/{offer}/withdraw", OTHER),
    "search anew": (OFFICER, "/v1/shortlists", {"need_id": "{need}"}),
    "cancel need": (OFFICER, "/v1/needs/{need}/cancel", OTHER),
    "suspend provider": (OFFICER, "/v1/providers/{provider}/suspend", OTHER),
    "reinstate provider": (OFFICER, "/v1/providers/{provider}/reinstate", {}),
    "cancel engagement": (FIRM, "/v1/engagements/{engagement}/cancel", OTHER),
    "rate engagement": (FIRM, "/v1/engagements/{engagement}/rate", {"score": 3}),
    "submit report": (FIRM, "/v1/work-reports", REPORT),
    "return report": (OFFICER, "/v1/work-reports/{report}/return", OTHER),
    "resubmit report": (FIRM, "/v1/work-reports/{report}/resubmit", {}),
    "approve report": (OFFICER, "/v1/work-reports/{report}/approve", {}),
}
NEWS = ("ask", "wait", "cancel_asked", "approve_assessment", "withdraw_consent", "give_consent")
COMMANDS = (*POSTS, *NEWS, *("ask", "give_consent", "accept offer", "submit report", "approve report") * 3)
WAITING = ("open", "active", "submitted", "returned")


class Play:
    """A client, two firms, and whatever somebody does next, mostly where an answer is waited for."""

    def __init__(self, stage: Stage, firms: tuple[Firm, Firm]) -> None:
        self.stage, self.firms = stage, firms

    async def newest(self, thing: str) -> dict[str, Any]:
        """The last one that waits for somebody, else the last of all."""
        found = await self.stage.items(f"/v1/{'work-' if thing == 'report' else ''}{thing}s")
        waiting = [each for each in found if each.get("status") in WAITING]
        return (waiting or found or [{f"{thing}_id": str(new_id())}])[-1]

    async def do(self, command: str, who: int) -> int | None:
        """The status of the answer, or None where nobody waits for one; `who` 0 is a firm it does not concern."""
        if command in NEWS:
            await getattr(self, command)()
            return None
        speaker, path, body = POSTS[command]
        things = {thing: await self.newest(thing) for thing in ("offer", "need", "shortlist", "engagement", "report")}
        concerned = next((things[thing].get("provider_id") for thing in things if f"{{{thing}}}" in path), None)
        one, two = self.firms
        firm = one if (one.provider_id == concerned) == bool(who) else two
        ids = {thing: str(each[f"{thing}_id"]) for thing, each in things.items()}
        ids |= {"provider": firm.provider_id, "person": firm.person_id}
        filled = {name: ids.get(str(value)[1:-1], value) for name, value in body.items()}
        by = self.stage.officer if speaker == OFFICER else firm.http
        answer = await (by.post(path.format(**ids), json=filled) if filled else by.post(path.format(**ids)))
        return answer.status_code

    async def ask(self) -> None:
        await self.stage.ask(days=3)

    async def wait(self) -> None:
        await self.stage.here.advance(days=8)

    async def cancel_asked(self) -> None:
        request_id = UUID((await self.stage.items("/v1/needs"))[-1]["request_id"])
        await self.stage.here.tell(ServiceRequestCancelAsked(request_id=request_id, client_id=self.stage.client_id))

    async def approve_assessment(self) -> None:
        if await self.stage.items("/v1/engagements"):
            await self.stage.approve_assessment((await self.newest("engagement"))["engagement_id"])

    async def withdraw_consent(self) -> None:
        ended = ConsentWithdrawn(
            consent_id=self.stage.consent_id, client_id=self.stage.client_id, purpose="share_with_providers"
        )
        self.stage.consent_id = new_id()
        await self.stage.here.tell(ended)

    async def give_consent(self) -> None:
        await self.stage.here.tell(consent(self.stage.client_id, self.stage.consent_id))


async def in_order(here: Room) -> None:
    """What must hold between needs, offers, engagements and diaries whenever nothing is under way."""
    await here.settle()
    found: list[Need] = [needs.state(row) for row in await rows(here, needs.table)]
    made: list[Offer] = [offers.state(row) for row in await rows(here, offers.table)]
    works: dict[UUID, Engagement] = {row[0]: engagements.state(row) for row in await rows(here, engagements.table)}
    for need in found:
        waiting = [each for each in made if each.need_id == need.id and each.status == "open"]
        running = [each for each in works.values() if each.need_id == need.id and each.status != "cancelled"]
        assert bool(waiting) == (need.status == "open"), "who waits for an answer, and only then"
        assert [each.id for each in running] == ([need.engagement_id] if need.status == "filled" else [])
    active = {each.id: each.provider_id for each in works.values() if each.status == "active"}
    diaries: list[Provider] = [providers.state(row) for row in await rows(here, providers.table)]
    assert {each.engagement_id: diary.id for diary in diaries for each in diary.bookings} == active
    for diary in diaries:
        taken = [day for booking in diary.bookings for day in booking.days]
        assert len(taken) == len(set(taken))


async def without_gaps(here: Room) -> None:
    """Each aggregate's events count from 1 to its version."""
    sequences: dict[UUID, list[int]] = defaultdict(list)
    for record in await here.log.read(["matching"], {}, 100_000):
        sequences[record.subject].append(record.sequence)
    versions: dict[UUID, int] = {}
    for each in metadata.sorted_tables:
        if "version" in each.c:
            place = list(each.c.keys()).index("version")
            versions |= {row[0]: row[place] for row in await rows(here, each)}
    assert sequences == {subject: list(range(1, version + 1)) for subject, version in versions.items()}


async def play(migrated: Path, steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(migrated, folder, dirs_exist_ok=True)
        async with room(service, Path(folder), at=START) as here:
            stage = await set_up(here)
            actor = Play(stage, (await stage.firm("One"), await stage.firm("Two")))
            await actor.ask()
            for command, who in steps:
                status = await actor.do(command, who)
                assert status in (None, 200, 201, 404, 409), f"{command}: {status}"
                await in_order(here)
            await without_gaps(here)


# a step costs 20 ms, so a failing play is printed as it was found, not shrunk
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(COMMANDS), st.integers(0, 4)), min_size=10, max_size=40))
def test_any_order_of_commands_keeps_the_house_in_order(migrated: Path, steps: list[tuple[str, int]]) -> None:
    asyncio.run(play(migrated, steps))


def test_a_long_play_keeps_the_house_in_order(migrated: Path) -> None:
    dice = random.Random(20261124)
    asyncio.run(play(migrated, [(dice.choice(COMMANDS), dice.randrange(5)) for _ in range(200)]))
