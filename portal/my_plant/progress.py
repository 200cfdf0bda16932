"""What is going on for a company, and who has to act next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.rooms import N_

Thing = Mapping[str, Any]
COURTS = {"you": N_("You"), "centre": N_("Your centre"), "provider": N_("The provider"), "nobody": N_("Done")}
"""In whose court the ball is."""


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, in one sentence; `until` is the last day for it, if there is one."""

    court: str
    sentence: str
    until: str | None = None


@dataclass(frozen=True)
class Matter:
    """One thing that is going on: a request with all that came of it, or work that nobody asked for here."""

    kind: str
    site_id: str
    turn: Turn
    began_on: str
    request_id: str | None = None
    assessment_id: str | None = None
    rate_id: str | None = None

    @property
    def is_over(self) -> bool:
        return self.turn.court == "nobody"


def matters(
    requests: Iterable[Thing], engagements: Iterable[Thing], assessments: Iterable[Thing], undecided: Mapping[str, int]
) -> list[Matter]:
    """Everything, what goes on before what is over, the latest first. `undecided`: open options by assessment."""
    engagements, assessments = list(engagements), list(assessments)
    found: list[Matter] = []
    for request in requests:
        mine = _latest(each for each in engagements if each["request_id"] == request["request_id"])
        assessed = _latest(each for each in assessments if each["request_id"] == request["request_id"])
        found.append(_of_request(request, mine, assessed, undecided))
    for engagement in (each for each in engagements if each["request_id"] is None):
        assessed = _latest(each for each in assessments if each["engagement_id"] == engagement["engagement_id"])
        found.append(_of_engagement(engagement, assessed, undecided))
    told = {each.assessment_id for each in found}
    found += [_of_assessment(each, undecided) for each in assessments if each["assessment_id"] not in told]
    found.sort(key=lambda each: each.began_on, reverse=True)
    return sorted(found, key=lambda each: (each.is_over, each.turn.court != "you"))


def _latest(found: Iterable[Thing]) -> Thing | None:
    """What counts now: what goes on, else the last to begin."""
    return max(found, key=lambda each: (each["status"] != "cancelled", _began(each)), default=None)


def _began(thing: Thing) -> str:
    return str(thing.get("started_at") or thing.get("opened_at") or thing.get("wanted_from"))[:10]


def _of_request(
    request: Thing, engagement: Thing | None, assessment: Thing | None, undecided: Mapping[str, int]
) -> Matter:
    return Matter(
        kind=request["kind"],
        site_id=request["site_id"],
        turn=turn_of_request(request, engagement, assessment, undecided),
        began_on=_began(request),
        request_id=request["request_id"],
        assessment_id=assessment["assessment_id"] if assessment else None,
        rate_id=_to_rate(engagement),
    )


def _of_engagement(engagement: Thing, assessment: Thing | None, undecided: Mapping[str, int]) -> Matter:
    return Matter(
        kind=engagement["kind"],
        site_id=engagement["site_id"],
        turn=turn_of_work(engagement, assessment, undecided, until=None),
        began_on=_began(engagement),
        assessment_id=assessment["assessment_id"] if assessment else None,
        rate_id=_to_rate(engagement),
    )


def _of_assessment(assessment: Thing, undecided: Mapping[str, int]) -> Matter:
    return Matter(
        kind="assessment",
        site_id=assessment["site_id"],
        turn=turn_of_assessment(assessment, undecided, until=None),
        began_on=_began(assessment),
        assessment_id=assessment["assessment_id"],
    )


def _to_rate(engagement: Thing | None) -> str | None:
    """The engagement, if it is over and the company has not said how it was."""
    if engagement is None or engagement["status"] == "active" or engagement["client_rating"] is not None:
        return None
    return str(engagement["engagement_id"])


def turn_of_request(
    request: Thing, engagement: Thing | None, assessment: Thing | None, undecided: Mapping[str, int]
) -> Turn:
    """Whose turn it is with a request."""
    match request["status"]:
        case "submitted":
            return Turn("centre", N_("Your centre is looking for a provider."))
        case "unmet":
            return Turn("centre", N_("No provider could take it on so far. Your centre looks further."))
        case "cancelling":
            return Turn("centre", N_("Your centre is ending this request, as it was asked to."))
        case "cancelled":
            return Turn("nobody", N_("This request was cancelled."))
    return turn_of_work(engagement, assessment, undecided, until=request["wanted_until"])


def turn_of_work(
    engagement: Thing | None, assessment: Thing | None, undecided: Mapping[str, int], *, until: str | None
) -> Turn:
    """Whose turn it is with work that has a provider."""
    if assessment is not None and assessment["status"] != "cancelled":
        turn = turn_of_assessment(assessment, undecided, until=until)
        if turn.court != "nobody":
            return turn
    if engagement is not None and engagement["status"] == "active":
        return Turn("provider", N_("A provider is at work on it. Its last report is still to come."), until)
    if _to_rate(engagement) is not None:
        return Turn("you", N_("The work is over. Say how it was."))
    return Turn("nobody", N_("All of it is done."))


def turn_of_assessment(assessment: Thing, undecided: Mapping[str, int], *, until: str | None) -> Turn:
    """Whose turn it is with an assessment."""
    match assessment["status"]:
        case "open" if assessment["assessor_id"] is None:
            return Turn("centre", N_("Your centre is finding an assessor to go on with it."))
        case "open" if assessment["return_reason_code"] is not None:
            return Turn("provider", N_("Your centre has asked the assessor to put something right."), until)
        case "open":
            return Turn("provider", N_("The assessor measures your plant and looks for options."), until)
        case "completed":
            return Turn("centre", N_("The assessment is written. Your centre is checking it."))
        case "approved" if undecided.get(assessment["assessment_id"]):
            return Turn("you", N_("The assessment is approved. Its options wait for your decision."))
        case "cancelled":
            return Turn("nobody", N_("This assessment was cancelled."))
    return Turn("nobody", N_("All of it is done."))
