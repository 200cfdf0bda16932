"""Why a provider was asked for a job, or why not: its own row of the shortlist, as a list of facts with figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from portal.offers.jobs import Answer, Speaker, competence_of, language_of, place_of

Told = Iterator[str]


@dataclass(frozen=True)
class Why:
    """Facts that speak for a provider, and those that kept it out."""

    speaks_for: tuple[str, ...]
    kept_out: tuple[str, ...]


def why(say: Speaker, candidate: Answer) -> Why:
    """The row of a shortlist in words; parts of the score that gave nothing are not worth a line."""
    rules = candidate["rules"]
    held = [told for each in rules if each["passed"] for told in _told(_HELD, say, each)]
    failed = [told for each in rules if not each["passed"] for told in _told(_FAILED, say, each)]
    earned = [told for each in candidate["parts"] for told in _told(_EARNED, say, each)]
    return Why(tuple(held + earned), tuple(failed))


def _told(sentences: "Mapping[str, Callable[[Speaker, Answer], Told]]", say: Speaker, judged: Answer) -> list[str]:
    sentence = sentences.get(judged["code"])
    return list(sentence(say, judged["facts"])) if sentence else []


def _competences(say: Speaker, codes: Answer) -> list[str]:
    return [competence_of(say, {"code": code, "level": level}) for code, level in codes.items()]


def _holds(say: Speaker, facts: Answer) -> Told:
    for held in _competences(say, facts["held"]):
        yield say.words("Your expert holds: %(competence)s", competence=held)


def _serves(say: Speaker, facts: Answer) -> Told:
    if facts["serves_country"]:
        yield say.words("You serve the whole country")
    else:
        yield say.words("You serve %(place)s", place=place_of(say, facts))


def _speaks(say: Speaker, facts: Answer) -> Told:
    yield say.words("You work in its language: %(language)s", language=language_of(say, facts["language"]))


def _is_free(say: Speaker, facts: Answer) -> Told:
    yield say.words.counted(
        "%(num)s free day in the time of the job, %(needed)s needed",
        "%(num)s free days in the time of the job, %(needed)s needed",
        facts["free_days"],
        needed=facts["needed_days"],
    )


def _was_asked(say: Speaker, facts: Answer) -> Told:
    yield say.words("You were asked for this job before.")


def _is_not_approved(say: Speaker, facts: Answer) -> Told:
    if facts["status"] == "suspended":
        yield say.words("You got no offers at that time.")
    else:
        yield say.words("The centre had not approved you yet.")


def _lacks(say: Speaker, facts: Answer) -> Told:
    if facts["person_id"] is None:
        yield say.words("You had no active expert.")
    for missing in _competences(say, facts["missing"]):
        yield say.words("No expert of yours has all that is needed all the time. Missing: %(name)s.", name=missing)


def _does_not_serve(say: Speaker, facts: Answer) -> Told:
    yield say.words("You do not serve this place: %(place)s.", place=place_of(say, facts))


def _does_not_speak(say: Speaker, facts: Answer) -> Told:
    yield say.words("You do not work in its language: %(language)s.", language=language_of(say, facts["language"]))


def _is_not_free(say: Speaker, facts: Answer) -> Told:
    yield say.words(
        "Too few free days: %(free)s, and the job needs %(needed)s. Booked were %(booked)s, on leave %(leave)s.",
        free=facts["free_days"],
        needed=facts["needed_days"],
        booked=facts["booked"],
        leave=facts["on_leave"],
    )


def _has_conflict(say: Speaker, facts: Answer) -> Told:
    yield say.words("You have declared a conflict of interest with this client.")


def _names_sector(say: Speaker, facts: Answer) -> Told:
    if facts["named"]:
        yield say.words("You name its sector: ISIC %(codes)s", codes=", ".join(facts["named"]))


def _has_done(say: Speaker, facts: Answer) -> Told:
    if facts["completed"]:
        yield say.words.counted(
            "%(num)s completed job of this kind", "%(num)s completed jobs of this kind", facts["completed"]
        )


def _is_rated(say: Speaker, facts: Answer) -> Told:
    if facts["ratings"]:
        mean = say.figures.number(facts["rating_sum"] / facts["ratings"], 1)
        yield say.words.counted(
            "Rated %(mean)s of 5 by %(num)s client",
            "Rated %(mean)s of 5 by %(num)s clients",
            facts["ratings"],
            mean=mean,
        )


_HELD = {
    "competence_valid": _holds,
    "place_served": _serves,
    "language_spoken": _speaks,
    "days_free": _is_free,
}
_FAILED = {
    "not_asked_before": _was_asked,
    "provider_approved": _is_not_approved,
    "competence_valid": _lacks,
    "place_served": _does_not_serve,
    "language_spoken": _does_not_speak,
    "days_free": _is_not_free,
    "no_conflict": _has_conflict,
}
_EARNED = {"sector": _names_sector, "experience": _has_done, "rating": _is_rated}
