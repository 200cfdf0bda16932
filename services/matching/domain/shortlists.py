"""Shortlists: one scoring run over all providers, kept as it was made."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from contracts.matching import ShortlistMade
from contracts.refusals import Refusal
from services.matching.domain.hard_rules import HARD_RULES, NOT_ASKED_BEFORE, Profile, RuleResult, Search
from services.matching.domain.providers import Provider
from services.matching.domain.scores import Policy, ScorePart, parts_of, total


class ProviderIsExcluded(Refusal):
    sentence = "The shortlist excludes this provider by {rules}."


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The head of a scoring run: what was asked, by which policy, and how many passed."""

    id: UUID
    need_id: UUID
    need_version: int
    policy_version: str
    weights: dict[str, int]
    working_days: int
    made_at: datetime
    eligible: int
    excluded: dict[str, int]
    territory: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """How one provider fared in a scoring run; only the eligible have a score and a rank.

    `position` is its place in the whole list, the eligible first.
    """

    shortlist_id: UUID
    provider_id: UUID
    position: int
    provider_version: int
    rules: tuple[RuleResult, ...]
    parts: tuple[ScorePart, ...] = ()
    score: Decimal | None = None
    rank: int | None = None

    @property
    def failed_rules(self) -> tuple[str, ...]:
        return tuple(rule.code for rule in self.rules if not rule.passed)


class Verdict(NamedTuple):
    """What the rules say of one provider; without a score it is excluded."""

    provider: Provider
    rules: tuple[RuleResult, ...]
    parts: tuple[ScorePart, ...]
    score: Decimal | None


class ScoringRun(NamedTuple):
    """A new shortlist with its event, and its candidates: the eligible by rank, then the excluded."""

    shortlist: Shortlist
    event: ShortlistMade
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        """The next to be offered the job."""
        return self.candidates[0] if self.candidates and self.candidates[0].rank else None


def make(
    search: Search, profiles: Iterable[Profile], policy: Policy, *, shortlist_id: UUID, at: datetime
) -> ScoringRun:
    """Put the question to every provider, rank the eligible by score (ties by provider id)."""
    verdicts = sorted([judge(search, profile, policy) for profile in profiles], key=_order)
    candidates = tuple([_candidate(shortlist_id, verdict, place) for place, verdict in enumerate(verdicts, start=1)])
    failures = Counter([rule.code for verdict in verdicts for rule in verdict.rules if not rule.passed])
    shortlist = Shortlist(
        id=shortlist_id,
        need_id=search.need.id,
        need_version=search.need.version,
        policy_version=policy.version,
        weights=dict(policy.weights),
        working_days=search.working_days,
        made_at=at,
        eligible=sum(verdict.score is not None for verdict in verdicts),
        excluded=dict(sorted(failures.items())),
        territory=search.need.territory,
    )
    event = ShortlistMade(
        shortlist_id=shortlist.id,
        need_id=shortlist.need_id,
        policy_version=shortlist.policy_version,
        eligible=shortlist.eligible,
        excluded=shortlist.excluded,
    )
    return ScoringRun(shortlist, event, candidates)


def judge(search: Search, profile: Profile, policy: Policy) -> Verdict:
    """Every hard rule, also after the first that fails, and the score if all pass."""
    standing = search.standing(profile)
    rules = tuple([rule(search, standing) for rule in HARD_RULES])
    if not all([rule.passed for rule in rules]):  # noqa: C419  a list is twice as quick for seven
        return Verdict(profile.provider, rules, (), None)
    parts = parts_of(search, standing, policy)
    return Verdict(profile.provider, rules, parts, total(parts))


def require_offerable(candidate: Candidate) -> None:
    """Refuse a candidate whom a rule excludes; having been asked before may be passed over by hand."""
    failed = [code for code in candidate.failed_rules if code != NOT_ASKED_BEFORE]
    if failed:
        raise ProviderIsExcluded(rules=", ".join(failed))


def _order(verdict: Verdict) -> tuple[bool, Decimal, int]:
    return verdict.score is None, -(verdict.score or _NONE), verdict.provider.id.int


_NONE = Decimal()


def _candidate(shortlist_id: UUID, verdict: Verdict, position: int) -> Candidate:
    provider, rules, parts, score = verdict
    rank = None if score is None else position
    return Candidate(shortlist_id, provider.id, position, provider.version, rules, parts, score, rank)
