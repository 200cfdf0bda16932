"""Examples the matching tests start from: one job, one firm that fits it, and the week they meet in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.principals import Principal, Role
from contracts.values import CompetenceNeeded, Place, Sector
from services.matching.domain.competences import Competence
from services.matching.domain.experts import Expert
from services.matching.domain.hard_rules import Member, Profile, Search, TrackRecord
from services.matching.domain.needs import Need
from services.matching.domain.offers import Offer, make
from services.matching.domain.providers import Provider
from services.matching.domain.scores import Policy
from services.matching.domain.shortlists import Candidate
from services.matching.domain.shortlists import make as make_shortlist

NOW = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
NEWCOMER = TrackRecord()
POLICY = Policy(
    version="test.1",
    weights={
        "sector": 30,
        "competence": 20,
        "home_country": 10,
        "province": 10,
        "spare_days": 10,
        "experience": 10,
        "rating": 10,
    },
    half_experience=3,
    unrated_points=60,
)


def uid(number: int) -> UUID:
    return UUID(int=number)


CLIENT, SITE, NEED, FIRM, ANNA, BEN = uid(1), uid(2), uid(3), uid(10), uid(21), uid(22)
SHORTLIST, OFFER, ENGAGEMENT, REPORT = uid(31), uid(32), uid(33), uid(34)

OFFICER = Principal(principal_id=uid(90), roles=frozenset({Role.OFFICER}))
PROVIDER = Principal(principal_id=uid(91), roles=frozenset({Role.PROVIDER}), provider_id=FIRM)
CLIENT_USER = Principal(principal_id=uid(92), roles=frozenset({Role.CLIENT}), client_id=CLIENT)


def need(**changes: Any) -> Need:
    """Eight days in four weeks of March 2026, in a cotton mill of XA-N, in English."""
    example = Need(
        id=NEED,
        client_id=CLIENT,
        site_id=SITE,
        kind="assessment",
        competences=(CompetenceNeeded(code="recp", level=3), CompetenceNeeded(code="wet", level=2)),
        country="XA",
        province="XA-N",
        territory="XA-N",
        isic=Sector(code="1311", revision="4"),
        language="en",
        starts_on=MONDAY,
        ends_on=MONDAY + timedelta(days=27),
        days=8,
        opened_at=NOW,
        request_id=uid(4),
    )
    return replace(example, **changes)


def provider(**changes: Any) -> Provider:
    """An approved firm of the same country that serves the province and the sector."""
    example = Provider(
        id=FIRM,
        name="Clear Water Engineers",
        kind="firm",
        country="XA",
        places=(Place(country="XA", province="XA-N"),),
        languages=("en", "vi"),
        sectors=(Sector(code="13", revision="4"),),
        status="approved",
    )
    return replace(example, **changes)


def competence(code: str, level: int, *, person_id: UUID = ANNA, **changes: Any) -> Competence:
    example = Competence(
        id=uid(50),
        provider_id=FIRM,
        person_id=person_id,
        code=code,
        level=level,
        valid_from=date(2025, 1, 1),
        valid_until=date(2026, 12, 31),
    )
    return replace(example, **changes)


def member(*competences: Competence, person_id: UUID = ANNA, **changes: Any) -> Member:
    """An expert of the firm with these competences."""
    expert = Expert(id=uid(40 + person_id.int), provider_id=FIRM, person_id=person_id, full_name="Anna Sample")
    codes = {each.code for each in competences}
    return Member(replace(expert, **changes), {c: tuple(each for each in competences if each.code == c) for c in codes})


def anna() -> Member:
    """Holds all that the example job requires."""
    return member(competence("recp", 3), competence("wet", 2))


def profile(*team: Member, record: TrackRecord = NEWCOMER, **changes: Any) -> Profile:
    return Profile(provider(**changes), team or (anna(),), record)


def working_days(first: date = MONDAY, days: int = 28) -> tuple[date, ...]:
    """Monday to Friday."""
    every = (first + timedelta(days=n) for n in range(days))
    return tuple(day for day in every if day.weekday() < 5)


def search(asked: tuple[UUID, ...] = (), **changes: Any) -> Search:
    return Search.of(need(**changes), working_days(), asked)


def candidate(*team: Member, asked: tuple[UUID, ...] = (), **changes: Any) -> Candidate:
    run = make_shortlist(search(asked), [profile(*team, **changes)], POLICY, shortlist_id=SHORTLIST, at=NOW)
    return run.candidates[0]


def offer(**changes: Any) -> Offer:
    """An open offer with a deadline a week ahead."""
    made, _ = make(
        need(), candidate(), offer_id=OFFER, deadline_at=NOW + timedelta(days=7), link_sha256="0" * 64, at=NOW
    )
    return replace(made, version=1, **changes)
