"""In what order a company decides, in whose court the ball is, and what a consent means: rules without a system."""

from datetime import date
from typing import Any

import pytest

from portal.my_plant.agreements import agreements, ends_soon
from portal.my_plant.progress import Turn, matters
from portal.my_plant.ranking import Choices

Thing = dict[str, Any]


def option(title: str, word: str, years: str | None = None, *, status: str = "identified", **facts: Any) -> Thing:
    return {
        "option_id": title,
        "title": title,
        "option_class": "good_housekeeping",
        "status": status,
        "assessment_id": "approved",
        "profitability": {"payback_years": {"word": word, "value": years}},
        "annual_saving": None,
        "investment": None,
        "streams": [],
        "implementation": None,
        "verifications": [],
    } | facts


def stream(mj: str | None, co2: str | None) -> Thing:
    return {"energy_mj": mj, "water_m3": None, "material_t": None, "waste_t": None, "emission_t_co2e": co2}


def test_what_pays_back_soonest_comes_first_and_what_nobody_knows_last() -> None:
    options = [
        option("unknown", "unknown"),
        option("never", "none"),
        option("ten", "value", "10.0"),
        option("two", "value", "2.5"),
        option("now", "immediate"),
        option("refused", "immediate", status="refused"),
        option("done", "immediate", status="implemented"),
        option("measured", "immediate", status="verified"),
    ]
    found = Choices.of(options, frozenset({"approved"}))
    assert [each.title for each in found.open] == ["now", "two", "ten", "never", "unknown"]
    assert [each.title for each in found.first] == ["now", "two", "ten"]
    assert [each.title for each in found.done] == ["done", "measured"]
    assert [each.title for each in found.refused] == ["refused"]
    assert len(found.verified) == 1


def test_emissions_are_at_least_what_is_known_where_a_factor_is_missing() -> None:
    whole = option("a", "unknown", streams=[stream("100", "1.5"), stream("50", "0.5")])
    partly = option("b", "unknown", streams=[stream("100", "1.5"), stream("50", None)])
    unknown = option("c", "unknown", streams=[stream("100", None)])
    found = Choices.of([whole, partly, unknown], frozenset()).open
    assert [(each.emission and str(each.emission), each.emission_is_whole) for each in found] == [
        ("2.0", True),
        ("1.5", False),
        (None, False),
    ]


@pytest.mark.parametrize(
    ("status", "approved", "verbs"),
    [
        ("identified", True, ("approve", "postpone", "implement", "refuse")),
        ("pending", True, ("approve", "implement", "refuse")),
        ("approved", True, ("implement", "refuse")),
        ("refused", True, ()),
        ("implemented", True, ()),
        ("verified", True, ()),
        ("identified", False, ()),
    ],
)
def test_a_company_is_offered_what_the_rules_let_it_do(status: str, approved: bool, verbs: tuple[str, ...]) -> None:
    reviewed = frozenset({"approved"}) if approved else frozenset[str]()
    found = Choices.of([option("a", "unknown", status=status)], reviewed)
    (only,) = (*found.open, *found.done, *found.refused)
    assert only.verbs == verbs


def request(status: str) -> Thing:
    dates = {"wanted_from": "2026-03-01", "wanted_until": "2026-04-30"}
    return {"request_id": "r", "kind": "assessment", "site_id": "s", "status": status} | dates


def engagement(status: str = "active", *, rated: bool = False) -> Thing:
    facts = {"started_at": "2026-03-02T08:00:00Z", "site_id": "s", "kind": "assessment"}
    rating = {"client_rating": {"score": 4} if rated else None}
    return {"engagement_id": "e", "request_id": "r", "status": status} | facts | rating


def assessment(status: str, **facts: Any) -> Thing:
    known = {"assessment_id": "a", "request_id": "r", "engagement_id": "e", "site_id": "s", "status": status}
    return known | {"assessor_id": "p", "return_reason_code": None, "opened_at": "2026-03-02T08:00:00Z"} | facts


@pytest.mark.parametrize(
    ("status", "works", "assessed", "undecided", "court", "said", "until"),
    [
        ("submitted", [], [], 0, "centre", "looking for a provider", None),
        ("unmet", [], [], 0, "centre", "No provider could take it on", None),
        ("cancelling", [], [], 0, "centre", "ending this request", None),
        ("cancelled", [], [], 0, "nobody", "was cancelled", None),
        ("started", [engagement()], [], 0, "provider", "at work on it", "2026-04-30"),
        ("started", [engagement()], [assessment("open")], 0, "provider", "measures your plant", "2026-04-30"),
        ("started", [engagement()], [assessment("open", assessor_id=None)], 0, "centre", "finding an assessor", None),
        (
            "started",
            [engagement()],
            [assessment("open", return_reason_code="incomplete")],
            0,
            "provider",
            "put something right",
            "2026-04-30",
        ),
        ("started", [engagement()], [assessment("completed")], 0, "centre", "is checking it", None),
        ("started", [engagement()], [assessment("approved")], 2, "you", "wait for your decision", None),
        ("started", [engagement()], [assessment("approved")], 0, "provider", "last report", "2026-04-30"),
        ("completed", [engagement("completed")], [assessment("approved")], 0, "you", "Say how it was", None),
        ("completed", [engagement("completed", rated=True)], [assessment("approved")], 0, "nobody", "is done", None),
    ],
)
def test_it_is_said_in_whose_court_the_ball_is(
    status: str, works: list[Thing], assessed: list[Thing], undecided: int, court: str, said: str, until: str | None
) -> None:
    (only,) = matters([request(status)], works, assessed, {"a": undecided})
    assert (only.turn.court, said in only.turn.sentence, only.turn.until) == (court, True, until)


def test_work_that_nobody_asked_for_here_goes_on_all_the_same() -> None:
    alone = assessment("open") | {"request_id": None, "engagement_id": None, "assessment_id": "b"}
    unasked = engagement("completed") | {"request_id": None, "engagement_id": "f"}
    found = matters([request("cancelled")], [unasked], [alone], {})
    assert [(each.turn.court, each.assessment_id, each.rate_id) for each in found] == [
        ("you", None, "f"),
        ("provider", "b", None),
        ("nobody", None, None),
    ]


def test_after_a_cancelled_engagement_the_one_that_goes_on_counts() -> None:
    given_up = engagement("cancelled", rated=True) | {"engagement_id": "old", "started_at": "2026-03-09T00:00:00Z"}
    (only,) = matters([request("started")], [given_up, engagement()], [], {})
    assert only.turn == Turn("provider", "A provider is at work on it. Its last report is still to come.", "2026-04-30")


def consent(status: str, given_at: str, until: str | None = None) -> Thing:
    return {"purpose": "share", "status": status, "given_at": given_at, "until": until}


def test_the_consent_that_stands_counts_and_else_the_last_that_ended() -> None:
    purposes = [{"code": "share", "name": "Share"}, {"code": "publish", "name": "Publish"}]
    old, newer = consent("withdrawn", "2024"), consent("expired", "2025")
    share, publish = agreements(purposes, [newer, old])
    assert (share.consent, share.ended) == (None, newer)
    assert (publish.consent, publish.ended) == (None, None)
    again = consent("given", "2026")
    assert agreements(purposes, [newer, again, old])[0].consent == again


def test_a_consent_ends_soon_in_its_last_thirty_days() -> None:
    today = date(2026, 3, 1)
    assert ends_soon(consent("given", "2026", "2026-03-31"), today)
    assert not ends_soon(consent("given", "2026", "2026-04-01"), today)
    assert not ends_soon(consent("given", "2026"), today)
