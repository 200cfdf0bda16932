"""Two processes of the service on one PostgreSQL: what one has read the other changes before it commits."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.clock import new_id
from chassis.store.port import Batch
from contracts.assessments import AssessmentApproved
from contracts.clients import ConsentWithdrawn
from services.matching.app import service
from services.matching.models import engagements, needs, work_reports
from tests.kit import people
from tests.kit.postgres import NewDatabase
from tests.kit.room import Room, room
from tests.services.matching.stage import START, Firm, Stage, made, refused, set_up

pytestmark = pytest.mark.postgres
WITHIN_S = 10.0


@dataclass
class Pair:
    """Two processes, and the stage that is set in the first, which also follows the events."""

    stage: Stage
    other: Room

    @property
    def officer_elsewhere(self) -> Any:
        """The officer at the other process."""
        return self.other.as_(people.officer("XA-R"))

    def elsewhere(self, firm: Firm) -> Firm:
        """The firm at the other process."""
        return replace(firm, http=self.other.as_(people.provider(UUID(firm.provider_id))))


@pytest.fixture
async def pair(tmp_path: Path, postgres_dsn: NewDatabase) -> AsyncIterator[Pair]:
    dsn = postgres_dsn()
    async with room(service, tmp_path, at=START, dsn=dsn) as here:
        stage = await set_up(here)
        async with room(service, tmp_path, at=START, dsn=dsn) as other:
            yield Pair(stage, other)


@dataclass
class Held:
    """One unit of a process that has read all it wants to and has not committed yet."""

    reached: asyncio.Event
    go_on: asyncio.Event


@contextmanager
def holding_back(where: Room, table: sa.Table) -> Iterator[Held]:
    """Hold back the first unit of a process that writes into a table."""
    store, held = where.running.store, Held(asyncio.Event(), asyncio.Event())
    commit = store.commit

    async def late(batch: Batch) -> None:
        if not held.reached.is_set() and any(change.table is table for change in batch.changes):
            held.reached.set()
            async with asyncio.timeout(WITHIN_S):
                await held.go_on.wait()
        await commit(batch)

    store.commit = late  # type: ignore[method-assign]
    try:
        yield held
    finally:
        store.commit = commit  # type: ignore[method-assign]


async def while_held(held: Held, asking: Any, meanwhile: Any) -> tuple[Any, Any]:
    """Ask; when it is about to commit, let the other happen wholly; then let it go on."""
    task = asyncio.ensure_future(asking)
    async with asyncio.timeout(WITHIN_S):
        await held.reached.wait()
    between = await meanwhile
    held.go_on.set()
    return await task, between


async def test_a_report_that_comes_while_the_final_one_is_approved_is_not_overlooked(pair: Pair) -> None:
    stage = pair.stage
    firm = await stage.firm("Alpha")
    engagement = await stage.engage(firm, "policy_advice")
    final = await stage.report(firm, engagement)
    with holding_back(pair.other, engagements.table) as held:
        approving = pair.officer_elsewhere.post(f"/v1/work-reports/{final['report_id']}/approve")
        submitting = stage.report(firm, engagement, final=False)
        approved, _ = await while_held(held, approving, submitting)
    assert (approved.status_code, approved.json()["code"]) == (409, "reports_await_answer")


async def test_a_report_that_is_handed_in_again_meanwhile_is_not_overlooked(pair: Pair) -> None:
    stage = pair.stage
    firm = await stage.firm("Alpha")
    engagement = await stage.engage(firm, "policy_advice")
    first = await stage.report(firm, engagement, final=False)
    path = f"/v1/work-reports/{first['report_id']}"
    await made(stage.officer.post(f"{path}/return", json={"reason_code": "days_unclear"}), 200)
    final = await stage.report(firm, engagement)
    with holding_back(pair.other, engagements.table) as held:
        approving = pair.officer_elsewhere.post(f"/v1/work-reports/{final['report_id']}/approve")
        again = firm.http.post(f"{path}/resubmit")
        approved, resubmitted = await while_held(held, approving, again)
    assert resubmitted.status_code == 200
    assert (approved.status_code, approved.json()["code"]) == (409, "reports_await_answer")


async def test_a_report_beside_the_end_of_its_engagement_is_refused(pair: Pair) -> None:
    stage = pair.stage
    firm = await stage.firm("Alpha")
    engagement = await stage.engage(firm, "policy_advice")
    final = await stage.report(firm, engagement)
    with holding_back(pair.other, work_reports.table) as held:
        submitting = refused_report(pair.elsewhere(firm), engagement)
        approving = made(stage.officer.post(f"/v1/work-reports/{final['report_id']}/approve"), 200)
        answer, _ = await while_held(held, submitting, approving)
    assert answer == (409, "engagement_is_not_active")


def refused_report(firm: Firm, engagement: str) -> Any:
    body = {
        "engagement_id": engagement,
        "period": {"starts_on": "2026-02-01", "ends_on": "2026-02-28"},
        "days": "1",
        "deliverables": [],
        "findings": "Late.",
        "final": False,
    }
    return refused(firm.http.post("/v1/work-reports", json=body))


async def test_a_need_opened_beside_the_end_of_consent_is_not_left_open(pair: Pair) -> None:
    stage = pair.stage
    await stage.firm("Alpha")
    body = {
        "client_id": str(stage.client_id),
        "site_id": str(stage.site_id),
        "kind": "policy_advice",
        "language": "en",
        "starts_on": "2026-04-01",
        "ends_on": "2026-04-30",
        "days": 3,
    }
    with holding_back(pair.other, needs.table) as held:
        opening = refused(pair.officer_elsewhere.post("/v1/needs", json=body))
        answer, _ = await while_held(held, opening, withdrawn(pair))
    assert answer == (409, "consent_is_missing")
    assert [each["status"] for each in await stage.items("/v1/needs")] == []


async def withdrawn(pair: Pair) -> None:
    """The client withdraws its consent, and the process that follows the events has heard of it."""
    ended = ConsentWithdrawn(
        consent_id=pair.stage.consent_id, client_id=pair.stage.client_id, purpose="share_with_providers"
    )
    await pair.stage.here.tell(ended)


async def test_an_engagement_cancelled_beside_the_end_of_consent_does_not_reopen_its_need(pair: Pair) -> None:
    stage = pair.stage
    engagement = await stage.engage(await stage.firm("Alpha"), "policy_advice")
    with holding_back(pair.other, engagements.table) as held:
        cancelling = pair.officer_elsewhere.post(f"/v1/engagements/{engagement}/cancel", json={"reason_code": "other"})
        cancelled, _ = await while_held(held, cancelling, withdrawn(pair))
    assert cancelled.status_code == 200, cancelled.text
    assert [each["status"] for each in await stage.items("/v1/needs")] == ["cancelled"]


async def test_an_engagement_cancelled_beside_the_approval_of_its_assessment_is_kept(pair: Pair) -> None:
    stage = pair.stage
    engagement = await stage.engage(await stage.firm("Alpha"))
    shown = await made(stage.officer.get(f"/v1/engagements/{engagement}"), 200)
    approved = AssessmentApproved(
        assessment_id=new_id(),
        client_id=stage.client_id,
        site_id=stage.site_id,
        need_id=UUID(shown["need_id"]),
        engagement_id=UUID(engagement),
        occurred_on=stage.here.clock.now().date(),
    )
    with holding_back(pair.other, engagements.table) as held:
        asked = pair.officer_elsewhere.post(f"/v1/engagements/{engagement}/cancel", json={"reason_code": "other"})
        cancelling = refused(asked)
        answer, _ = await while_held(held, cancelling, stage.here.tell(approved))
    assert answer == (409, "assessment_is_approved")


async def test_an_offer_made_by_hand_beside_the_end_of_its_need_is_taken_back(pair: Pair) -> None:
    stage = pair.stage
    firm = await stage.firm("Alpha")
    need_id = await stage.ask("policy_advice")
    offer = await stage.open_offer(need_id)
    await stage.firm("Beta")
    shortlist = await made(stage.officer.post("/v1/shortlists", json={"need_id": str(need_id)}))
    await made(firm.http.post(f"/v1/offers/{offer['offer_id']}/decline", json={"reason_code": "too_far"}), 200)
    (second,) = await stage.offers(need_id, status="open")
    chosen = {"shortlist_id": shortlist["shortlist_id"], "provider_id": firm.provider_id}
    with holding_back(pair.other, needs.table) as held:
        cancelling = pair.officer_elsewhere.post(f"/v1/needs/{need_id}/cancel", json={"reason_code": "other"})
        offering = made(stage.officer.post("/v1/offers", json=chosen))
        cancelled, made_meanwhile = await while_held(held, cancelling, offering)
    assert cancelled.status_code == 200, cancelled.text
    assert made_meanwhile["offer_id"] != second["offer_id"]
    assert await stage.offers(need_id, status="open") == []
