"""Firms of every kind, as many as a region has, straight into matching's tables."""

from collections.abc import Sequence
from datetime import date

from bench.crowd import keep
from chassis.clock import new_id
from chassis.store.port import Store
from contracts.values import Period, Place, Sector
from services.matching import models
from services.matching.domain.competences import Competence
from services.matching.domain.experts import Expert
from services.matching.domain.providers import Provider

PROVINCES = ("XA-R", "XA-H", None)
LANGUAGES = (("en",), ("en", "fr"), ("fr",), ("en", "vi"))
SECTORS = ("13", "1061", "10", "20")
SKILLS = {"recp_assessment": 4, "wet_processing": 3, "food_hygiene": 3}
EXPERTS_EACH = 2


async def found_firms(store: Store, count: int) -> None:
    """Approved firms with two experts of three competences each; many lack what a job may need."""
    await keep_firms(store, [firm(number) for number in range(count)])


async def keep_firms(store: Store, firms: Sequence[Provider]) -> None:
    """These firms, with their experts and what those may do."""
    people = [
        Expert(new_id(), each.id, new_id(), f"Expert of {each.name}", version=1)
        for each in firms
        for _ in range(EXPERTS_EACH)
    ]
    skills = [_skill(expert, code, level) for expert in people for code, level in SKILLS.items()]
    await keep(store, models.providers, firms)
    await keep(store, models.experts, people)
    await keep(store, models.competences, skills)


def firm(number: int) -> Provider:
    """One of them; what it serves, speaks and knows differs with its number."""
    return Provider(
        id=new_id(),
        name=f"Bench Firm {number}",
        kind="firm",
        country="XA",
        places=(Place(country="XA", province=PROVINCES[number % len(PROVINCES)], scheme="demo"),),
        languages=LANGUAGES[number % len(LANGUAGES)],
        sectors=(Sector(code=SECTORS[number % len(SECTORS)], revision="4"),),
        days_per_week=3 + number % 3,
        leave=(Period(starts_on=date(2026, 4, 6), ends_on=date(2026, 4, 10)),) if number % 2 else (),
        status="approved",
        version=2,
    )


def _skill(expert: Expert, code: str, level: int) -> Competence:
    return Competence(new_id(), expert.provider_id, expert.person_id, code, level, date(2025, 1, 1), None, version=1)
