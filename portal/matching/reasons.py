"""Why a provider stands where it stands: hard rules and parts of a score in sentences, with the facts they used."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from portal.matching.names import Names, country_name, language_name, place_name
from portal.rooms import N_
from portal.visit import Visit

Facts = Mapping[str, Any]
COUNTED = {
    "not_asked_before": N_("asked before: %(count)s"),
    "provider_approved": N_("not approved: %(count)s"),
    "competence_valid": N_("competence: %(count)s"),
    "place_served": N_("place: %(count)s"),
    "language_spoken": N_("language: %(count)s"),
    "days_free": N_("free days: %(count)s"),
    "no_conflict": N_("conflict of interest: %(count)s"),
}


@dataclass(frozen=True)
class Reason:
    """A sentence; `mark` is empty where it speaks for a provider, `no` against, `even` neither.

    `counts` is what it adds to a score of 100.
    """

    sentence: str
    mark: Literal["", "no", "even"] = ""
    counts: Decimal | None = None


@dataclass(frozen=True)
class Standing:
    """How one provider fared, as a page shows it."""

    provider_id: str
    name: str
    rank: int | None
    score: Decimal | None
    reasons: list[Reason]
    asked_before: bool
    can_be_asked: bool

    @property
    def share(self) -> int:
        """The score as a whole percentage, for a bar."""
        return round(self.score or 0)


def standing(visit: Visit, candidate: Mapping[str, Any], names: Names, experts: Names) -> Standing:
    """One row of a shortlist in words: of the eligible what makes their score, of the others what is against them."""
    failed = [each for each in candidate["rules"] if not each["passed"]]
    if candidate["eligible"]:
        reasons = [*held_by(visit, candidate["rules"], experts), *scored(visit, candidate["parts"])]
    else:
        reasons = [reason for each in failed for reason in refused(visit, each)]
    return Standing(
        provider_id=candidate["provider_id"],
        name=names.get(candidate["provider_id"], "–"),
        rank=candidate["rank"],
        score=Decimal(candidate["score"]) if candidate["score"] is not None else None,
        reasons=reasons,
        asked_before=any(each["code"] == "not_asked_before" for each in failed),
        can_be_asked=all(each["code"] == "not_asked_before" for each in failed),
    )


def held_by(visit: Visit, rules: Iterable[Facts], experts: Names) -> list[Reason]:
    """What the expert who fits best holds of the competences needed."""
    facts: Facts = next((each["facts"] for each in rules if each["code"] == "competence_valid"), {})
    who = experts.get(facts.get("person_id") or "")
    held = ((visit.name("competences", code), level) for code, level in facts.get("held", {}).items())
    return [
        Reason(
            visit.words("%(competence)s at level %(level)s", competence=competence, level=level)
            if who is None
            else visit.words(
                "%(expert)s holds %(competence)s at level %(level)s", expert=who, competence=competence, level=level
            )
        )
        for competence, level in held
    ]


def scored(visit: Visit, parts: Iterable[Facts]) -> list[Reason]:
    """Each part of a score, with what it adds: together they are the score."""
    given = list(parts)
    weights = sum(each["weight"] for each in given) or 1
    return [
        Reason(
            PARTS[each["code"]](visit, each) if each["code"] in PARTS else each["code"],
            "" if each["points"] else "even",
            Decimal(each["points"] * each["weight"]) / weights,
        )
        for each in given
    ]


def refused(visit: Visit, rule: Facts) -> list[Reason]:
    """A hard rule that was not met, in words."""
    said = RULES.get(rule["code"])
    return [Reason(each, "no") for each in (said(visit, rule["facts"]) if said else [rule["code"]])]


def count_words(visit: Visit, excluded: Mapping[str, int]) -> list[str]:
    """How many providers each rule has excluded, the commonest first."""
    ordered = sorted(excluded.items(), key=lambda each: (-each[1], each[0]))
    return [visit.words(COUNTED[code], count=visit.figures.number(n)) for code, n in ordered if code in COUNTED]


# the hard rules


def _asked(visit: Visit, facts: Facts) -> list[str]:
    return [visit.words("Was asked for this job before.")]


def _approved(visit: Visit, facts: Facts) -> list[str]:
    if facts.get("status") == "suspended":
        return [visit.words("Is suspended.")]
    return [visit.words("Is registered, but not approved yet.")]


def _competence(visit: Visit, facts: Facts) -> list[str]:
    sentences = []
    for code, level in facts.get("missing", {}).items():
        held = facts.get("held", {}).get(code)
        name = visit.name("competences", code)
        if held is None:
            said = N_("No expert holds %(competence)s on every day of the job; needed is level %(level)s.")
        else:
            said = N_("%(competence)s is held at level %(held)s on every day of the job; needed is level %(level)s.")
        sentences.append(visit.words(said, competence=name, level=level, held=held))
    return sentences


def _place(visit: Visit, facts: Facts) -> list[str]:
    country = country_name(visit, facts["country"])
    if facts.get("province") is None:
        return [visit.words("Does not serve the whole of %(country)s.", country=country)]
    place = place_name(visit, facts["country"], facts["province"])
    return [visit.words("Does not serve %(place)s.", place=place)]


def _language(visit: Visit, facts: Facts) -> list[str]:
    return [
        visit.words("Does not work in this language: %(language)s.", language=language_name(visit, facts["language"]))
    ]


def _days(visit: Visit, facts: Facts) -> list[str]:
    figures = {name: visit.figures.number(value) for name, value in facts.items()}
    return [
        visit.words(
            "Free days in the job's period: %(free_days)s, needed: %(needed_days)s. Of its %(working_days)s working "
            "days %(on_leave)s are leave and %(booked)s are booked, at %(days_per_week)s days a week.",
            **figures,
        )
    ]


def _conflict(visit: Visit, facts: Facts) -> list[str]:
    return [visit.words("Has declared a conflict of interest with this client.")]


RULES: Mapping[str, Callable[[Visit, Facts], list[str]]] = {
    "not_asked_before": _asked,
    "provider_approved": _approved,
    "competence_valid": _competence,
    "place_served": _place,
    "language_spoken": _language,
    "days_free": _days,
    "no_conflict": _conflict,
}


# the parts of the score


def _sector(visit: Visit, part: Facts) -> str:
    facts = part["facts"]
    if facts.get("named"):
        return visit.words("Works in this sector (ISIC %(codes)s)", codes=", ".join(facts["named"]))
    if facts.get("isic") is None:
        return visit.words("The client's sector is not known")
    return visit.words("Names no sector that fits ISIC %(code)s", code=facts["isic"])


def _levels(visit: Visit, part: Facts) -> str:
    facts = part["facts"]
    above, possible = facts["levels_above"], facts["levels_possible"]
    if not possible:
        return visit.words("Holds the highest levels, which are needed")
    if not above:
        return visit.words("Holds just the levels needed")
    return visit.words.counted(
        "Stands one level above those needed, of %(possible)s possible",
        "Stands %(num)s levels above those needed, of %(possible)s possible",
        above,
        possible=possible,
    )


def _home(visit: Visit, part: Facts) -> str:
    country = country_name(visit, part["facts"]["country"])
    if part["points"]:
        return visit.words("At home in the country of the job, %(country)s", country=country)
    return visit.words("At home in another country, %(country)s", country=country)


def _province(visit: Visit, part: Facts) -> str:
    facts = part["facts"]
    if facts.get("province") is None:
        return visit.words("The province of the job is not known")
    place = visit.name("provinces", facts["province"])
    if facts.get("named"):
        return visit.words("Works in %(place)s in particular", place=place)
    return visit.words("Serves the whole country, not %(place)s in particular", place=place)


def _spare(visit: Visit, part: Facts) -> str:
    facts = part["facts"]
    free, needed = visit.figures.number(facts["free_days"]), visit.figures.number(facts["needed_days"])
    return visit.words("Free days: %(free)s, needed: %(needed)s", free=free, needed=needed)


def _experience(visit: Visit, part: Facts) -> str:
    facts = part["facts"]
    if not facts["completed"]:
        return visit.words("No job of this kind completed here yet")
    return visit.words.counted(
        "One job of this kind completed here", "%(num)s jobs of this kind completed here", facts["completed"]
    )


def _rating(visit: Visit, part: Facts) -> str:
    facts = part["facts"]
    if not facts["ratings"]:
        return visit.words("Not rated yet, so it counts as the pack decides")
    mean = visit.figures.number(Decimal(facts["rating_sum"]) / facts["ratings"], 1)
    return visit.words.counted(
        "Rated %(mean)s of 5, one rating", "Rated %(mean)s of 5, %(num)s ratings", facts["ratings"], mean=mean
    )


PARTS: Mapping[str, Callable[[Visit, Facts], str]] = {
    "sector": _sector,
    "competence": _levels,
    "home_country": _home,
    "province": _province,
    "spare_days": _spare,
    "experience": _experience,
    "rating": _rating,
}
