"""Accepted work as the provider sees it: where each engagement stands, and what it waits for."""

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from api_client import Trouble, whole
from portal.offers.jobs import Answer, Speaker, title_of
from portal.rooms import N_
from portal.visit import Visit

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Stand:
    """Where an engagement stands: the words and the colour of its tag."""

    code: str
    tag: str
    kind: str = ""


STANDS = {
    each.code: each
    for each in (
        Stand("cancelled", N_("Given up")),
        Stand("completed", N_("Completed"), "ok"),
        Stand("returned", N_("Report came back"), "bad"),
        Stand("final_sent", N_("Final report is with the centre"), "info"),
        Stand("due", N_("Report due"), "warn"),
        Stand("sent", N_("Report is with the centre"), "info"),
        Stand("planned", N_("Not begun yet")),
        Stand("running", N_("Running"), "info"),
    )
}


@dataclass(frozen=True)
class Work:
    """One engagement with its reports, the newest first, and the days that are booked for it."""

    engagement: Answer
    title: str
    client: str | None
    """Its name, while the provider may know it."""
    reports: Sequence[Answer]
    booking: Answer | None
    stand: Stand

    @property
    def path(self) -> str:
        return f"/my-engagements/{self.engagement['engagement_id']}"

    @property
    def is_active(self) -> bool:
        return bool(self.engagement["status"] == "active")

    @property
    def returned(self) -> list[Answer]:
        """Reports that want correction."""
        return [each for each in self.reports if each["status"] == "returned" and self.is_active]

    @property
    def days_reported(self) -> Decimal:
        return sum((Decimal(each["days"]) for each in self.reports), Decimal())


def stand_of(engagement: Answer, reports: Iterable[Answer], booking: Answer | None, today: date) -> Stand:
    """What an engagement waits for: a correction before all else, then the centre, then a report when its days end."""
    if engagement["status"] != "active":
        return STANDS[engagement["status"]]
    waiting = [each for each in reports if each["status"] == "submitted"]
    if any(each["status"] == "returned" for each in reports):
        return STANDS["returned"]
    if any(each["final"] for each in waiting):
        return STANDS["final_sent"]
    if booking is not None and date.fromisoformat(booking["ends_on"]) < today:
        return STANDS["due"]
    if waiting:
        return STANDS["sent"]
    return STANDS["planned" if date.fromisoformat(engagement["starts_on"]) > today else "running"]


def today_of(visit: Visit) -> date:
    """The day it is at the centre."""
    return visit.now.astimezone(visit.figures.zone).date()


async def provider_of(visit: Visit, provider_id: str) -> Answer:
    return await visit.api.read_provider(provider_id)


async def running_work(visit: Visit, provider: Answer, engagements: Iterable[Answer]) -> list[Work]:
    """The engagements that go on, what waits longest for the provider first."""
    sent = await whole(visit.api.list_work_reports, provider_id=provider["provider_id"], status="submitted")
    sent += await whole(visit.api.list_work_reports, provider_id=provider["provider_id"], status="returned")
    active = [each for each in engagements if each["status"] == "active"]
    found = [await work_of(visit, each, provider, _about(each, sent)) for each in active]
    order = list(STANDS)
    return sorted(found, key=lambda each: (order.index(each.stand.code), each.engagement["starts_on"]))


async def work_of(visit: Visit, engagement: Answer, provider: Answer, reports: Sequence[Answer]) -> Work:
    """An engagement with what is known beside it."""
    held = (each for each in provider["bookings"] if each["engagement_id"] == engagement["engagement_id"])
    booking = next(held, None)
    client = await client_of(visit, engagement) if engagement["status"] == "active" else None
    stand = stand_of(engagement, reports, booking, today_of(visit))
    newest = sorted(reports, key=lambda each: each["submitted_at"], reverse=True)
    name = str(client["name"]) if client else None
    return Work(engagement, title_of(visit, engagement), name, newest, booking, stand)


async def client_of(visit: Visit, engagement: Answer) -> Answer | None:
    """Who the work is for, as long as the client agrees that its provider knows."""
    return await _if_shown(visit.api.read_client(engagement["client_id"]))


async def contacts_of(visit: Visit, engagement: Answer) -> Sequence[Answer]:
    """Whom to call there, the main one first."""
    found = await _if_shown(visit.api.read_contacts(engagement["client_id"]))
    return sorted(found["contacts"], key=lambda each: not each["is_main"]) if found else []


def about(say: Speaker, work: Work) -> str:
    """An engagement in one line."""
    if work.client is None:
        return work.title
    return say.words("%(client)s: %(work)s", client=work.client, work=work.title)


def _about(engagement: Answer, reports: Iterable[Answer]) -> list[Answer]:
    return [each for each in reports if each["engagement_id"] == engagement["engagement_id"]]


async def _if_shown(asked: Awaitable[Thing]) -> Thing | None:
    try:
        return await asked
    except Trouble as trouble:
        if trouble.status != 404:
            raise
        return None
