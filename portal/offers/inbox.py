"""The inbox: offers to answer, those answered, those that ended otherwise, and the jobs that were not offered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from api_client import whole
from portal.offers.endings import Ending, ending_of, status_of
from portal.offers.jobs import Answer, Job, job_of, own_provider, place_of
from portal.offers.offer import NOBODY, own_row
from portal.offers.reasons import Why, why
from portal.offers.work import Work, provider_of, running_work
from portal.rooms import N_
from portal.visit import Visit

TABS = {
    "open": N_("To answer"),
    "accepted": N_("Accepted"),
    "ended": N_("Declined or lapsed"),
    "not-asked": N_("Not offered to you"),
}
A_PAGE = 25
LATEST, LOOKED_AT = 10, 30
"""So many jobs that went to others are told, and so many are looked at to find them."""


@dataclass(frozen=True)
class Card:
    """An offer in the list."""

    offer: Answer
    job: Job
    ending: Ending | None
    why: Why = NOBODY

    @property
    def path(self) -> str:
        return f"/offers/{self.offer['offer_id']}"


@dataclass(frozen=True)
class Passed:
    """A job that was not offered, and why not."""

    title: str
    made_at: str
    why: Why


@dataclass(frozen=True)
class Record:
    """How a provider has answered and done; None where nothing is known yet."""

    asked: int
    in_time: int
    completed: int
    ratings: int
    rating: float | None
    booked_days: int


def record_of(offers: Iterable[Answer], engagements: Iterable[Answer], provider: Answer) -> Record:
    """Offers that ended by an answer or by none; the ratings that both sides have given; the days that are taken."""
    ended = [each["status"] for each in offers if each["status"] in ("accepted", "declined", "expired")]
    done = [each for each in engagements if each["status"] == "completed"]
    scores = [each["client_rating"]["score"] for each in done if each["client_rating"]]
    return Record(
        asked=len(ended),
        in_time=sum(each != "expired" for each in ended),
        completed=len(done),
        ratings=len(scores),
        rating=sum(scores) / len(scores) if scores else None,
        booked_days=sum(each["days"] for each in provider["bookings"]),
    )


@dataclass(frozen=True)
class Inbox:
    """What one tab shows; `next` is the number of the page of older ones."""

    tab: str
    waiting: int
    cards: Sequence[Card]
    passed: Sequence[Passed]
    next: int | None


async def show_offers(visit: Visit) -> Response:
    provider_id = own_provider(visit)
    provider = await provider_of(visit, provider_id)
    offers = await whole(visit.api.list_offers, provider_id=provider_id)
    engagements = await whole(visit.api.list_engagements, provider_id=provider_id)
    inbox = await _inbox(visit, offers, provider)
    running: list[Work] = await running_work(visit, provider, engagements)
    record = record_of(offers, engagements, provider)
    return visit.show("offers/inbox.html", tabs=TABS, inbox=inbox, running=running, record=record, provider=provider)


async def _inbox(visit: Visit, offers: Sequence[Answer], provider: Answer) -> Inbox:
    asked = visit.asked.get("show", "open")
    tab = asked if asked in TABS else "open"
    states = {each["offer_id"]: status_of(each, visit.now) for each in offers}
    waiting = [each for each in offers if states[each["offer_id"]] == "open"]
    if tab == "not-asked":
        return Inbox(tab, len(waiting), (), await _not_asked(visit, offers), None)
    if tab == "open":
        waiting.sort(key=lambda each: each["deadline_at"])
        cards = [await _open_card(visit, each, provider) for each in waiting]
        return Inbox(tab, len(cards), cards, (), None)
    wanted = ("accepted",) if tab == "accepted" else ("declined", "expired", "withdrawn")
    ended = [each for each in offers if states[each["offer_id"]] in wanted]
    ended.sort(key=lambda each: each["answered_at"] or each["deadline_at"], reverse=True)
    part, more = part_of(ended, visit.asked.get("page", "1"))
    return Inbox(tab, len(waiting), [_card(visit, each, provider) for each in part], (), more)


def part_of(found: Sequence[Answer], page: str) -> tuple[Sequence[Answer], int | None]:
    """The rows of a page by its number, and the number of the next if there are more; nonsense is the first page."""
    number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 1
    begin = (max(number, 1) - 1) * A_PAGE
    end = begin + A_PAGE
    return found[begin:end], max(number, 1) + 1 if len(found) > end else None


def _card(visit: Visit, offer: Answer, provider: Answer, **more: Any) -> Card:
    return Card(offer, job_of(visit, offer["job"], provider["day_rate"]), ending_of(visit, offer, visit.now), **more)


async def _open_card(visit: Visit, offer: Answer, provider: Answer) -> Card:
    row = await own_row(visit, offer)
    return _card(visit, offer, provider, why=why(visit, row) if row else NOBODY)


async def _not_asked(visit: Visit, offers: Sequence[Answer]) -> list[Passed]:
    """Of the jobs that were never offered: the latest whose last shortlist kept the provider out by a rule."""
    offered = {each["need_id"] for each in offers}
    last = {each["need_id"]: each for each in await whole(visit.api.list_shortlists)}
    runs = sorted((each for each in last.values() if each["need_id"] not in offered), key=_made_at, reverse=True)
    found: list[Passed] = []
    for run in runs[:LOOKED_AT]:
        row = await own_row(visit, {**run, "provider_id": own_provider(visit)})
        if row is not None and not row["eligible"]:
            found.append(Passed(_place(visit, row), run["made_at"], why(visit, row)))
        if len(found) == LATEST:
            break
    return found


def _made_at(run: Answer) -> str:
    return str(run["made_at"])


def _place(visit: Visit, row: Answer) -> str:
    """Of a job that was not offered a provider knows but what its own row says."""
    (facts,) = [each["facts"] for each in row["rules"] if each["code"] == "place_served"]
    return visit.words("A job in %(place)s", place=place_of(visit, facts))
