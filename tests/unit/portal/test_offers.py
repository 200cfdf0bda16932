"""What the provider's pages make of the API's answers: reasons in words, endings, where work stands, a record."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.figures import Figures
from portal.offers.changes import says_the_same
from portal.offers.endings import ending_of, status_of
from portal.offers.inbox import part_of, record_of
from portal.offers.jobs import job_of, place_of, reason_of
from portal.offers.reasons import why
from portal.offers.work import stand_of
from portal.words import Words, words_of

NAMES: dict[str, dict[str, str]] = {
    "provinces": {"XA-R": "River Plain"},
    "competences": {"food_hygiene": "Hygiene in food plants"},
    "kinds": {"assessment": "Assessment"},
    "programmes": {"GREEN-MILLS": "Green Mills"},
}


@dataclass
class Voice:
    """Speaks English for a made-up centre."""

    words: Words = field(default_factory=lambda: words_of("en"))
    pack: dict[str, Any] = field(
        default_factory=lambda: {
            "country": "XA",
            "name": "Sundara",
            "reasons": {"withdraw_offer": [{"code": "job_changed", "name": "Job changed"}]},
        }
    )

    @property
    def figures(self) -> Figures:
        return Figures(self.words, ZoneInfo("Asia/Bangkok"))

    def name(self, kind: str, code: Any) -> str:
        return NAMES[kind].get(str(code), str(code))


def rule(code: str, passed: bool, **facts: Any) -> dict[str, Any]:
    return {"code": code, "passed": passed, "facts": facts}


def part(code: str, **facts: Any) -> dict[str, Any]:
    return {"code": code, "points": 0, "weight": 1, "facts": facts}


PLACE = {"country": "XA", "province": "XA-R"}


def test_what_speaks_for_a_provider_is_told_with_its_figures() -> None:
    row = {
        "rules": [
            rule("not_asked_before", True, asked_before=False),
            rule("provider_approved", True, status="approved"),
            rule("competence_valid", True, person_id="p", held={"food_hygiene": 4}, missing={}),
            rule("place_served", True, serves_country=True, **PLACE),
            rule("language_spoken", True, language="vi", spoken=True),
            rule("days_free", True, free_days=1, needed_days=1, booked=0, on_leave=0),
            rule("no_conflict", True, conflict_declared=False),
        ],
        "parts": [
            part("sector", isic="1061", named=["10", "106"]),
            part("experience", completed=7),
            part("rating", ratings=2, rating_sum=9),
            part("spare_days", free_days=1, needed_days=1),
        ],
    }
    told = why(Voice(), row)
    assert told.kept_out == ()
    assert told.speaks_for == (
        "Your expert holds: Hygiene in food plants, level 4",
        "You serve the whole country",
        "You work in its language: Vietnamese",
        "1 free day in the time of the job, 1 needed",
        "You name its sector: ISIC 10, 106",
        "7 completed jobs of this kind",
        "Rated 4.5 of 5 by 2 clients",
    )


def test_parts_that_gave_nothing_are_not_worth_a_line() -> None:
    parts = [part("sector", isic="1061", named=[]), part("experience", completed=0), part("rating", ratings=0)]
    assert why(Voice(), {"rules": [], "parts": parts}).speaks_for == ()


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (rule("not_asked_before", False, asked_before=True), "You were asked for this job before."),
        (rule("provider_approved", False, status="registered"), "The centre had not approved you yet."),
        (rule("provider_approved", False, status="suspended"), "You got no offers at that time."),
        (
            rule("competence_valid", False, person_id="p", held={}, missing={"food_hygiene": 2}),
            "No expert of yours has all that is needed all the time. Missing: Hygiene in food plants, level 2.",
        ),
        (rule("competence_valid", False, person_id=None, held={}, missing={}), "You had no active expert."),
        (rule("place_served", False, serves_country=False, **PLACE), "You do not serve this place: River Plain."),
        (rule("language_spoken", False, language="fr", spoken=False), "You do not work in its language: French."),
        (
            rule("days_free", False, free_days=2, needed_days=5, booked=7, on_leave=1),
            "Too few free days: 2, and the job needs 5. Booked were 7, on leave 1.",
        ),
        (
            rule("no_conflict", False, conflict_declared=True),
            "You have declared a conflict of interest with this client.",
        ),
    ],
)
def test_each_rule_that_kept_a_provider_out_has_its_sentence(failed: dict[str, Any], said: str) -> None:
    assert why(Voice(), {"rules": [failed], "parts": []}).kept_out == (said,)


def test_a_rule_that_is_not_known_yet_is_passed_over() -> None:
    assert why(Voice(), {"rules": [rule("moon_is_full", False)], "parts": []}).kept_out == ()


@pytest.mark.parametrize(
    ("country", "province", "said"),
    [
        ("XA", "XA-R", "River Plain"),
        ("XA", None, "Sundara"),
        ("VN", None, "Vietnam"),
        ("VN", "HN", "HN, Vietnam"),
    ],
)
def test_a_place_abroad_is_named_with_its_country(country: str, province: str | None, said: str) -> None:
    assert place_of(Voice(), {"country": country, "province": province}) == said


def test_a_fee_is_told_where_a_rate_is_known_and_never_made_up() -> None:
    job: dict[str, Any] = {
        "kind": "assessment",
        "programme_code": "GREEN-MILLS",
        "isic": None,
        "language": "en",
        "days": 8,
    }
    job |= {**PLACE, "competences": [], "starts_on": "2026-04-01", "ends_on": "2026-04-30"}
    told = job_of(Voice(), job, {"amount": "350.50", "currency": "USD"})
    assert told.fee is not None
    assert (str(told.fee["amount"]), told.fee["currency"]) == ("2804.00", "USD")
    assert (told.title, told.sector, told.programme) == ("Assessment, River Plain", None, "Green Mills")
    assert job_of(Voice(), job, None).fee is None


DEADLINE = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)
OFFER: dict[str, Any] = {
    "status": "open",
    "deadline_at": "2026-03-09T17:00:00Z",
    "answered_at": None,
    "reason_code": None,
}


def test_an_offer_is_over_at_its_deadline_and_not_before() -> None:
    assert status_of(OFFER, DEADLINE.replace(hour=16, minute=59)) == "open"
    assert status_of(OFFER, DEADLINE) == "expired"
    assert ending_of(Voice(), OFFER, DEADLINE.replace(hour=16)) is None
    ending = ending_of(Voice(), OFFER, DEADLINE)
    assert ending is not None
    assert (ending.tag, ending.happened) == (
        "Lapsed",
        "No answer had come when the time was up: Mon, 9 Mar 2026, 24:00.",
    )
    answered = OFFER | {"status": "accepted", "answered_at": "2026-03-03T02:00:00Z"}
    assert status_of(answered, DEADLINE) == "accepted"


def test_a_reason_that_no_officer_chose_has_words_of_its_own() -> None:
    taken = OFFER | {"status": "withdrawn", "answered_at": "2026-03-03T02:00:00Z", "reason_code": "provider_suspended"}
    ending = ending_of(Voice(), taken, DEADLINE)
    assert ending is not None
    assert (ending.happened, ending.reason) == (
        "The centre took this offer back on Tue, 3 Mar 2026, 09:00.",
        "You get no offers for now.",
    )
    assert reason_of(Voice(), "withdraw_offer", "job_changed") == "Job changed"
    assert reason_of(Voice(), "withdraw_offer", "no_such_code") == "no_such_code"
    assert reason_of(Voice(), "withdraw_offer", None) == "–"


ACTIVE = {"status": "active", "starts_on": "2026-04-01"}
BOOKED = {"starts_on": "2026-04-01", "ends_on": "2026-04-03"}


@pytest.mark.parametrize(
    ("reports", "day", "stand"),
    [
        ([], 31, "planned"),
        ([], 1 + 31, "running"),
        ([], 3 + 31, "running"),
        ([], 4 + 31, "due"),
        ([("submitted", False)], 31, "sent"),
        ([("submitted", False)], 4 + 31, "due"),
        ([("submitted", True)], 4 + 31, "final_sent"),
        ([("submitted", True), ("returned", False)], 4 + 31, "returned"),
        ([("approved", False)], 4 + 31, "due"),
    ],
)
def test_where_work_stands(reports: list[tuple[str, bool]], day: int, stand: str) -> None:
    """`day` is counted from the last of February 2026."""
    told = [{"status": status, "final": final} for status, final in reports]
    assert stand_of(ACTIVE, told, BOOKED, date.fromordinal(date(2026, 2, 28).toordinal() + day)).code == stand


def test_ended_work_stands_where_it_ended_whatever_was_reported() -> None:
    came_back = [{"status": "returned", "final": False}]
    for status in ("completed", "cancelled"):
        assert stand_of(ACTIVE | {"status": status}, came_back, None, date(2026, 5, 1)).code == status


def test_a_record_counts_what_was_asked_and_only_ratings_that_are_shown() -> None:
    offers = [{"status": status} for status in ("accepted", "declined", "expired", "withdrawn", "open")]
    rated: dict[str, Any] = {"status": "completed", "client_rating": {"score": 5}}
    work: list[dict[str, Any]] = [
        rated,
        {"status": "completed", "client_rating": None},
        {"status": "cancelled", "client_rating": None},
    ]
    record = record_of(offers, work, {"bookings": [{"days": 3}, {"days": 4}]})
    assert (record.in_time, record.asked) == (2, 3)
    assert (record.completed, record.ratings, record.rating, record.booked_days) == (2, 1, 5.0, 7)
    assert record_of([], [], {"bookings": []}).rating is None


def test_a_report_says_the_same_whatever_its_days_are_written_like() -> None:
    report = {"days": "3.5000", "findings": "Steam.", "final": False, "version": 4}
    assert says_the_same(report, {"days": "3.5", "findings": "Steam.", "final": False})
    assert not says_the_same(report, {"days": "3.5", "findings": "Steam.", "final": True})
    assert not says_the_same(report, {"days": "3.4", "findings": "Steam.", "final": False})


@pytest.mark.parametrize(
    ("page", "first", "size", "more"),
    [("1", 0, 25, 2), ("2", 25, 25, 3), ("3", 50, 1, None), ("4", None, 0, None), ("0", 0, 25, 2), ("-1", 0, 25, 2)]
    + [(nonsense, 0, 25, 2) for nonsense in ("", "x", "²", "99999999999")],
)
def test_a_long_list_is_shown_page_by_page(page: str, first: int | None, size: int, more: int | None) -> None:
    shown, following = part_of([{"n": n} for n in range(51)], page)
    assert ([each["n"] for each in shown[:1]], len(shown)) == ([] if first is None else [first], size)
    assert following == more
