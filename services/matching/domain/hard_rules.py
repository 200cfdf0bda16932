"""The hard rules of a shortlist: each says whether a provider may be asked at all, and by which facts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, Self
from uuid import UUID

from contracts.refusals import Refusal
from contracts.values import CompetenceNeeded
from services.matching.domain.bookings import FreeDays, Week, free_days, weeks_of
from services.matching.domain.competences import Competence, level_held
from services.matching.domain.experts import Expert
from services.matching.domain.needs import Need
from services.matching.domain.providers import Provider, ProviderIsNotApproved, ProviderLacksFreeDays
from services.matching.domain.sectors import lineage

Facts = dict[str, Any]
"""What a rule or a part of the score has looked at, as JSON, so that it reads the same for ever."""


class ProviderLacksCompetence(Refusal):
    sentence = "No expert of the provider holds every competence needed; missing is {code} at level {level}."


class ExpertLacksCompetence(Refusal):
    sentence = "The expert does not hold {code} at level {level} on every day from {starts_on} to {ends_on}."


class PlaceIsNotServed(Refusal):
    sentence = "The provider does not serve the place of this job."


class LanguageIsNotSpoken(Refusal):
    sentence = "The provider does not work in the language {language}."


class ProviderHasConflict(Refusal):
    sentence = "The provider has declared a conflict of interest with this client."


class TrackRecord(NamedTuple):
    """What a provider has done for the centre; ratings count once both sides have given theirs."""

    completed: int = 0
    ratings: int = 0
    rating_sum: int = 0


class Member(NamedTuple):
    """An expert of a firm with what it was granted of each competence, by code."""

    expert: Expert
    competences: Mapping[str, Sequence[Competence]]


class Profile(NamedTuple):
    """Everything a scoring run knows of one provider."""

    provider: Provider
    team: tuple[Member, ...] = ()
    record: TrackRecord = TrackRecord()


class Fit(NamedTuple):
    """How close a person comes to a need: the level held of each competence needed, and what is missing."""

    person_id: UUID | None
    levels: tuple[int, ...]
    missing: tuple[CompetenceNeeded, ...]


class Standing(NamedTuple):
    """A provider with what several rules and parts of the score ask of it, worked out once."""

    profile: Profile
    fit: Fit
    free: FreeDays


@dataclass(frozen=True, slots=True)
class Search:
    """The question a scoring run puts to every provider alike."""

    need: Need
    weeks: tuple[Week, ...]
    working_days: int
    sector_names: frozenset[str]
    asked: frozenset[UUID]

    @classmethod
    def of(cls, need: Need, working_days: Sequence[date], asked: Iterable[UUID] = ()) -> Self:
        """The search for a need, over the working days of its period; `asked` have had an offer for it before."""
        return cls(need, weeks_of(working_days), len(working_days), lineage(need.isic), frozenset(asked))

    def standing(self, profile: Profile) -> Standing:
        return Standing(profile, best_fit(self.need, profile.team), self.free_days(profile.provider))

    def free_days(self, provider: Provider) -> FreeDays:
        """The working days of the job's period that a provider still has."""
        return free_days(self.weeks, provider.days_per_week, provider.leave, provider.bookings)


class RuleResult(NamedTuple):
    """How a provider stands to one hard rule."""

    code: str
    passed: bool
    facts: Facts


HardRule = Callable[[Search, Standing], RuleResult]

NOT_ASKED_BEFORE = "not_asked_before"
"""The one rule an officer may pass over, by hand."""


def not_asked_before(search: Search, standing: Standing) -> RuleResult:
    asked = standing.profile.provider.id in search.asked
    return RuleResult(NOT_ASKED_BEFORE, not asked, {"asked_before": asked})


def provider_approved(search: Search, standing: Standing) -> RuleResult:
    status = standing.profile.provider.status
    return RuleResult("provider_approved", status == "approved", {"status": status})


def competence_valid(search: Search, standing: Standing) -> RuleResult:
    """One expert of the firm holds every competence needed on every day of the need."""
    need, fit = search.need, standing.fit
    held = {each.code: level for each, level in zip(need.competences, fit.levels, strict=True) if level}
    facts = {
        "person_id": fit.person_id and str(fit.person_id),
        "held": held,
        "missing": {each.code: each.level for each in fit.missing},
    }
    return RuleResult("competence_valid", not fit.missing, facts)


def place_served(search: Search, standing: Standing) -> RuleResult:
    """The whole country is served, or the very province; an unknown province needs the whole country."""
    need = search.need
    provinces = [each.province for each in standing.profile.provider.places if each.country == need.country]
    served = None in provinces or (need.province is not None and need.province in provinces)
    facts = {"country": need.country, "province": need.province, "serves_country": None in provinces}
    return RuleResult("place_served", served, facts)


def language_spoken(search: Search, standing: Standing) -> RuleResult:
    language = search.need.language
    spoken = language in standing.profile.provider.languages
    return RuleResult("language_spoken", spoken, {"language": language, "spoken": spoken})


def days_free(search: Search, standing: Standing) -> RuleResult:
    need, free = search.need, standing.free
    facts = {
        "needed_days": need.days,
        "free_days": len(free.days),
        "working_days": search.working_days,
        "days_per_week": standing.profile.provider.days_per_week,
        "on_leave": free.on_leave,
        "booked": free.booked,
    }
    return RuleResult("days_free", len(free.days) >= need.days, facts)


def no_conflict(search: Search, standing: Standing) -> RuleResult:
    declared = search.need.client_id in standing.profile.provider.conflicts
    return RuleResult("no_conflict", not declared, {"conflict_declared": declared})


HARD_RULES: tuple[HardRule, ...] = (
    not_asked_before,
    provider_approved,
    competence_valid,
    place_served,
    language_spoken,
    days_free,
    no_conflict,
)


def best_fit(need: Need, team: Iterable[Member]) -> Fit:
    """The active expert who misses fewest of the competences needed, then holds the highest levels."""
    fits = [fit_of(need, member) for member in team if member.expert.status == "active"]
    if len(fits) == 1:
        return fits[0]
    return min(fits, key=_closeness, default=Fit(None, (0,) * len(need.competences), need.competences))


def missing_today(need: Need, team: Iterable[Member], today: date) -> tuple[CompetenceNeeded, ...]:
    """What no expert of the firm holds on every day of the need, and still today where the need should be over."""
    return best_fit(replace(need, ends_on=max(need.ends_on, today)), team).missing


def fit_of(need: Need, member: Member) -> Fit:
    """How one expert of the firm stands to a need."""
    held, first, last = member.competences, need.starts_on, need.ends_on
    levels = tuple([level_held(held.get(needed.code, ()), first, last) for needed in need.competences])
    missing = [each for each, level in zip(need.competences, levels, strict=True) if level < each.level]
    return Fit(member.expert.person_id, levels, tuple(missing))


def require_all(search: Search, profile: Profile) -> None:
    """Refuse by the first hard rule that fails, but for having been asked: an open offer has asked."""
    standing = search.standing(profile)
    for rule in HARD_RULES[1:]:
        result = rule(search, standing)
        if not result.passed:
            raise _refusal(result)


def require_competences(need: Need, member: Member) -> None:
    """Refuse an expert who lacks a competence, naming the first that is missing."""
    for missing in fit_of(need, member).missing:
        raise ExpertLacksCompetence(
            person_id=str(member.expert.person_id),
            code=missing.code,
            level=missing.level,
            starts_on=str(need.starts_on),
            ends_on=str(need.ends_on),
        )


def _closeness(fit: Fit) -> tuple[int, int, int]:
    return len(fit.missing), -sum(fit.levels), fit.person_id.int if fit.person_id else 0


def _refusal(failed: RuleResult) -> Refusal:
    missing = next(iter(failed.facts.get("missing", {}).items()), None)
    named = {"code": missing[0], "level": missing[1]} if missing else {}
    return _REFUSALS[failed.code](**failed.facts, **named)


_REFUSALS: dict[str, type[Refusal]] = {
    "provider_approved": ProviderIsNotApproved,
    "competence_valid": ProviderLacksCompetence,
    "place_served": PlaceIsNotServed,
    "language_spoken": LanguageIsNotSpoken,
    "days_free": ProviderLacksFreeDays,
    "no_conflict": ProviderHasConflict,
}
