"""The score of an eligible provider: weighted parts of 0 to 100 points, each with the facts it used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.matching.domain.hard_rules import Facts, Search, Standing

FULL = 100
HIGHEST_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Policy:
    """What the pack decides about scoring: the weight of each part, and how much newcomers are trusted.

    `half_experience` is the number of completed jobs that earns half of the points for experience.
    """

    version: str
    weights: Mapping[str, int]
    half_experience: int
    unrated_points: int


class ScorePart(NamedTuple):
    """One part of a score: its points out of 100, its weight, and why."""

    code: str
    points: int
    weight: int
    facts: Facts


Points = tuple[int, Facts]
Part = Callable[[Search, Standing, Policy], Points]


def sector(search: Search, standing: Standing, policy: Policy) -> Points:
    """Full points where the provider names the sector of the job or a wider one it lies in."""
    isic, names = search.need.isic, search.sector_names
    named = [
        each.code
        for each in standing.profile.provider.sectors
        if each.code in names and isic and each.revision == isic.revision
    ]
    return (FULL if named else 0), {"isic": isic and isic.code, "named": named}


def competence(search: Search, standing: Standing, policy: Policy) -> Points:
    """How far the expert stands above the levels needed, as a share of the distance to the highest level."""
    above = top = 0
    for needed, level in zip(search.need.competences, standing.fit.levels, strict=True):
        above += level - needed.level
        top += HIGHEST_LEVEL - needed.level
    return (FULL * above // top if top else FULL), {"levels_above": above, "levels_possible": top}


def home_country(search: Search, standing: Standing, policy: Policy) -> Points:
    """Full points for a provider at home in the country of the job."""
    country = standing.profile.provider.country
    return (FULL if country == search.need.country else 0), {"country": country}


def province(search: Search, standing: Standing, policy: Policy) -> Points:
    """Full points for a provider that names the very province of the job."""
    need = search.need
    named = need.province is not None and any(
        each.province == need.province and each.country == need.country for each in standing.profile.provider.places
    )
    return (FULL if named else 0), {"province": need.province, "named": named}


def spare_days(search: Search, standing: Standing, policy: Policy) -> Points:
    """The share of its free days that the job would leave, so that work is spread."""
    free, needed = len(standing.free.days), search.need.days
    return FULL * (free - needed) // free, {"free_days": free, "needed_days": needed}


def experience(search: Search, standing: Standing, policy: Policy) -> Points:
    """Jobs of this kind it has completed for the centre, each counting less than the one before."""
    completed = standing.profile.record.completed
    return FULL * completed // (completed + policy.half_experience), {"completed": completed}


def rating(search: Search, standing: Standing, policy: Policy) -> Points:
    """The mean of its clients' ratings, of those both sides have given; 1 is no points, 5 all."""
    record = standing.profile.record
    if not record.ratings:
        return policy.unrated_points, {"ratings": 0}
    points = FULL * (record.rating_sum - record.ratings) // (4 * record.ratings)
    return points, {"ratings": record.ratings, "rating_sum": record.rating_sum}


PARTS: dict[str, Part] = {
    part.__name__: part for part in (sector, competence, home_country, province, spare_days, experience, rating)
}


def parts_of(search: Search, standing: Standing, policy: Policy) -> tuple[ScorePart, ...]:
    """Every part that the pack gives a weight."""
    return tuple(
        [
            ScorePart(code, points, weight, facts)
            for code, weight in policy.weights.items()
            for points, facts in (PARTS[code](search, standing, policy),)
        ]
    )


def total(parts: tuple[ScorePart, ...]) -> Decimal:
    """The weighted mean of the points, rounded half up to the cent."""
    weights = sum([each.weight for each in parts])
    cents = (200 * sum([each.weight * each.points for each in parts]) + weights) // (2 * weights) if weights else 0
    return Decimal(cents).scaleb(-2)
