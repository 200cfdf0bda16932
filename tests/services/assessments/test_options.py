"""Options over the API: estimated, decided on, done, measured, and the lines that tell it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.clock import new_id
from contracts.assessments import OptionChanged, OptionIdentified, OptionImplemented, OptionRefused, OptionVerified
from tests.kit import people
from tests.services.assessments.mill import MOTOR, YEAR, Mill, done, refused

BEFORE = {"starts_on": "2026-07-01", "ends_on": "2026-07-31"}
AFTER = {"starts_on": "2026-09-15", "ends_on": "2027-03-14"}
METER = {"instrument_id": "clamp-7", "instrument_uncertainty": "0.01"}
COUNTED: dict[str, Any] = {
    "method": "retrofit_isolation",
    "ipmvp_option": "B",
    "rate_unit": "kW",
    "baseline": {**BEFORE, **METER, "mean": "13.2", "sd": "0.3", "count": 12},
    "reporting": {**AFTER, **METER, "mean": "8.9", "sd": "0.35", "count": 12},
    "hours": {"value": "3050", "source": "hour counter"},
}
STIPULATED: dict[str, Any] = {
    **COUNTED,
    "ipmvp_option": "A",
    "hours": {"value": "6000", "low": "5400", "high": "6300", "source": "shift plan, three shifts"},
}
DURING_THE_WORK = {**COUNTED["reporting"], "starts_on": "2026-08-31"}
SIX_AND_FIVE_TENTHS = [
    {"programme_code": "GREEN-MILLS", "share": "0.6"},
    {"programme_code": "CLEAN-RIVER", "share": "0.5"},
]
TOTALS: dict[str, Any] = {
    "method": "two_annual_totals",
    "unit": "kWh",
    "baseline": {
        "starts_on": "2025-01-01",
        "ends_on": "2025-12-31",
        "use": "100000",
        "output": "100",
        "output_unit": "t",
    },
    "reporting": {
        "starts_on": "2026-10-01",
        "ends_on": "2027-09-30",
        "use": "70000",
        "output": "60",
        "output_unit": "t",
    },
}


async def test_an_option_is_shown_with_what_it_earns(mill: Mill) -> None:
    path = await mill.engaged()
    await done(mill.assessor.put(f"{path}/baseline", json=YEAR))
    shown = (await mill.client.get(await mill.identified())).json()
    assert shown["profitability"] == {
        "payback_years": {"word": "value", "value": "0.5168"},
        "npv": {"word": "value", "value": "10889.7373"},
        "irr": {"word": "value", "value": "1.9350"},
    }
    (stream,) = shown["streams"]
    assert (stream["energy_mj"], stream["emission_t_co2e"]) == ("46440.0000", "7.6110")  # x 0.590, the factor of 2025
    assert shown["programme_shares"] == [{"programme_code": "GREEN-MILLS", "share": "1"}]
    (event,) = await mill.here.events(OptionIdentified)
    assert (event.identified_by, event.output_unit) == (mill.person_id, "t")
    assert event.annual_saving.amount == 1935


async def test_unknown_money_is_unknown_and_no_cost_is_paid_back_at_once(mill: Mill) -> None:
    await mill.engaged()
    unknown = await done(mill.assessor.get(await mill.identified(investment=None)))
    assert {each["word"] for each in unknown["profitability"].values()} == {"unknown"}
    free = await done(mill.assessor.get(await mill.identified(investment={"amount": "0", "currency": "USD"})))
    assert free["profitability"]["payback_years"] == {"word": "immediate", "value": None}
    listed = await done(mill.assessor.get("/v1/options", params={"assessment_id": mill.assessment}))
    assert listed["portfolios"] == [
        {"currency": "USD", "payback_years": {"word": "immediate", "value": None}, "options": 1}
    ]
    assert (await done(mill.assessor.get("/v1/options")))["portfolios"] is None


async def test_a_portfolio_leaves_refused_options_out(mill: Mill) -> None:
    path = await mill.engaged()
    await done(mill.assessor.put(f"{path}/baseline", json=YEAR))
    dear = await mill.identified(investment={"amount": "9000", "currency": "USD"})
    await mill.identified()
    await done(mill.assessor.post(f"{path}/complete"))
    await done(mill.reviewer.post(f"{path}/approve"))
    listed = await done(mill.client.get("/v1/options", params={"assessment_id": mill.assessment}))
    assert listed["portfolios"][0]["payback_years"]["value"] == "2.5840"  # 10,000 / 3,870
    await done(mill.client.post(f"{dear}/refuse", json={"reason_code": "cash_flow"}))
    listed = await done(mill.client.get("/v1/options", params={"assessment_id": mill.assessment}))
    assert listed["portfolios"][0]["payback_years"]["value"] == "0.5168"


async def test_a_correction_replaces_the_line_of_the_estimate(mill: Mill) -> None:
    await mill.engaged()
    option = await mill.identified()
    body = {"annual_saving": {"amount": "2000", "currency": "USD"}, "life_years": None}
    changed = await done(mill.assessor.patch(option, json=body, headers={"If-Match": '"1"'}))
    assert (changed["version"], changed["title"], changed["life_years"]) == (2, MOTOR["title"], None)
    assert changed["streams"][0]["energy_mj"] == "46440.0000"
    other = {"streams": [{"stream_no": 1, "resource": "water", "carrier": "well", "unit": "m3", "saving": "5"}]}
    changed = await done(mill.assessor.patch(option, json=other, headers={"If-Match": '"2"'}))
    assert [each["water_m3"] for each in changed["streams"]] == ["5.0000"]
    assert len(await mill.here.events(OptionChanged)) == 2
    lines = (await mill.client.get("/v1/savings", params={"option_id": changed["option_id"]})).json()["items"]
    assert [(each["stage"], each["annual_saving"]["amount"]) for each in lines] == [("identified", "2000")]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"option_class": "magic"}, "option_class_is_unknown"),
        (
            {"programme_shares": SIX_AND_FIVE_TENTHS},
            "shares_exceed_one",
        ),
        ({"programme_shares": [{"programme_code": "NONE", "share": "1"}]}, "programme_is_unknown"),
        ({"streams": MOTOR["streams"] * 2}, "streams_are_numbered_twice"),
        ({"streams": MOTOR["streams"] * 5}, "body_is_invalid"),
        ({"streams": [{**MOTOR["streams"][0], "unit": "litre"}]}, "unit_is_unknown"),
        ({"investment": {"amount": "1.23456", "currency": "USD"}}, "body_is_invalid"),
        ({"investment": {"amount": "5", "currency": "usd"}}, "body_is_invalid"),
        ({"life_years": "10"}, "body_is_invalid"),
    ],
)
async def test_a_wrong_option_is_refused(mill: Mill, wrong: dict[str, Any], code: str) -> None:
    await mill.engaged()
    body = {"assessment_id": mill.assessment, **MOTOR, **wrong}
    assert await refused(mill.assessor.post("/v1/options", json=body)) == (422, code)
    assert (await mill.assessor.get("/v1/options")).json()["items"] == []


async def test_the_company_decides_after_the_approval(mill: Mill) -> None:
    path = await mill.engaged()
    option = await mill.identified()
    assert await refused(mill.client.post(f"{option}/approve")) == (409, "assessment_is_not_approved")
    await done(mill.assessor.put(f"{path}/baseline", json=YEAR))
    await done(mill.assessor.post(f"{path}/complete"))
    late = mill.assessor.patch(option, json={"title": "X"}, headers={"If-Match": '"1"'})
    assert await refused(late) == (409, "assessment_is_not_open")
    await done(mill.reviewer.post(f"{path}/approve"))
    assert await refused(mill.assessor.post(f"{option}/approve")) == (403, "not_allowed")
    approved = await done(mill.client.post(f"{option}/approve"))
    assert (approved["status"], approved["occurred_on"]) == ("approved", "2026-11-02")
    assert await refused(mill.officer.post(f"{option}/approve")) == (409, "option_is_decided")
    unknown = mill.client.post(f"{option}/refuse", json={"reason_code": "mood"})
    assert await refused(unknown) == (422, "refusal_reason_is_unknown")
    assert (await done(mill.officer.post(f"{option}/refuse", json={"reason_code": "cash_flow"})))["status"] == "refused"


async def test_a_postponed_option_counts_as_refused_after_three_years(mill: Mill) -> None:
    option = await mill.approved()
    postponed = await done(mill.client.post(f"{option}/postpone"))
    assert (postponed["status"], postponed["pending_until"][:10]) == ("pending", "2029-11-02")
    await mill.here.advance(days=3 * 365)
    assert (await mill.client.get(option)).json()["status"] == "pending"
    await mill.here.advance(days=2)
    shown = (await mill.client.get(option)).json()
    assert (shown["status"], shown["reason_code"], shown["pending_until"]) == ("refused", "pending_too_long", None)
    (event,) = await mill.here.events(OptionRefused)
    assert event.occurred_on.isoformat() == "2029-11-03"


async def test_it_is_told_who_states_that_it_was_done(mill: Mill) -> None:
    option = await mill.approved()
    body = {"occurred_on": "2026-11-03", "cost": {"amount": "1100", "currency": "USD"}}
    early = {**body, "occurred_on": "2026-09-01"}
    assert await refused(mill.client.post(f"{option}/implement", json=early)) == (409, "option_is_not_approved")
    await done(mill.client.post(f"{option}/approve"))
    assert await refused(mill.client.post(f"{option}/implement", json=body)) == (422, "day_is_in_the_future")
    shown = await done(mill.assessor.post(f"{option}/implement", json=early))
    assert (shown["status"], shown["occurred_on"]) == ("implemented", "2026-09-01")
    assert shown["implementation"]["reported_by_role"] == "assessor_seen"
    assert shown["labels"] == ["implemented_before_identified"]
    (event,) = await mill.here.events(OptionImplemented)
    assert (event.investment.amount, event.annual_saving.amount) == (1100, 1935)


async def test_counted_hours_verify_the_period(mill: Mill) -> None:
    option = await mill.implemented()
    await mill.here.advance(days=150)
    shown = await done(mill.verifier.post(f"{option}/verify", json=COUNTED))
    assert shown["status"] == "verified"
    (found,) = shown["verifications"]
    assert (found["result"]["saving"], found["result"]["saving_low"], found["result"]["saving_high"]) == (
        "13115.0000",
        "12074.0485",
        "14155.9515",
    )
    assert (found["result"]["fraction"], found["result"]["annualised"]) == ("0.32575758", None)
    assert found["data"]["before"]["mean"] == "13.2"
    (event,) = await mill.here.events(OptionVerified)
    assert (event.verdict, event.streams[0].energy_mj, event.annual_saving) == ("demonstrated", None, None)
    assert (event.dataset_hash, event.result_hash) == (found["dataset_hash"], found["result_hash"])
    assert (await mill.client.get(option)).json() == shown


async def test_stipulated_hours_verify_a_year_and_add_a_line(mill: Mill) -> None:
    option = await mill.implemented()
    await mill.here.advance(days=150)
    shown = await done(mill.verifier.post(f"{option}/verify", json=STIPULATED))
    (event,) = await mill.here.events(OptionVerified)
    assert event.streams[0].energy_mj == Decimal(92880)
    assert event.annual_saving.amount == Decimal(3870)
    lines = (await mill.client.get("/v1/savings", params={"assessment_id": mill.assessment})).json()["items"]
    told = [(each["stage"], each["streams"][0]["energy_mj"], each["investment"]["amount"]) for each in lines]
    assert told == [
        ("identified", "46440.0000", "1000"),
        ("approved", "46440.0000", "1000"),
        ("implemented", "46440.0000", "1100"),
        ("verified", "92880.0000", "1100"),
    ]
    assert lines[-1]["verification_id"] == shown["verifications"][0]["verification_id"]
    only = await mill.client.get("/v1/savings", params={"stage": "verified", "option_id": shown["option_id"]})
    assert len(only.json()["items"]) == 1


async def test_single_readings_give_the_same_as_their_mean_and_deviation(mill: Mill) -> None:
    option = await mill.implemented()
    await mill.here.advance(days=150)
    five = {**COUNTED, "baseline": {**BEFORE, **METER, "readings": ["13.0", "13.5", "12.9", "13.4", "13.2"]}}
    shown = await done(mill.verifier.post(f"{option}/verify", json=five))
    before = shown["verifications"][0]["data"]["before"]
    assert (before["mean"], before["count"]) == ("13.2", 5)
    assert shown["status"] == "verified"


async def test_two_totals_are_refused_with_their_changes_and_it_can_be_measured_again(mill: Mill) -> None:
    option = await mill.implemented()
    await mill.here.advance(days=340)
    first = await done(mill.verifier.post(f"{option}/verify", json=TOTALS))
    assert first["status"] == "implemented"
    result = first["verifications"][0]["result"]
    assert (result["verdict"], result["reasons"]) == ("refused", ["two_totals_only"])
    assert (result["raw_change"], result["intensity_change"]) == ("-0.30000000", "0.16666667")
    assert result["bounds"]["break_even_fixed_share"] == "0.25000000"
    second = await done(mill.verifier.post(f"{option}/verify", json=STIPULATED))
    assert (second["status"], len(second["verifications"])) == ("verified", 2)
    assert [each.verdict for each in await mill.here.events(OptionVerified)] == ["refused", "demonstrated"]


@pytest.mark.parametrize(
    ("record", "reasons"),
    [
        ({**COUNTED, "baseline": None}, ["nothing_measured"]),
        ({**COUNTED, "baseline": {**BEFORE, **METER, "readings": ["13.2"]}}, ["too_few_readings"]),
        ({**COUNTED, "hours": {"value": "4345", "source": "counter"}}, ["hours_exceed_period"]),
        ({**STIPULATED, "hours": {"value": "6000", "source": "plan"}}, ["stipulation_without_range"]),
        ({**COUNTED, "reporting": DURING_THE_WORK}, ["reporting_before_implementation"]),
    ],
)
async def test_a_record_that_cannot_carry_a_saving_is_kept_as_refused(
    mill: Mill, record: dict[str, Any], reasons: list[str]
) -> None:
    option = await mill.implemented()
    await mill.here.advance(days=150)
    shown = await done(mill.verifier.post(f"{option}/verify", json=record))
    assert (shown["status"], shown["verifications"][0]["result"]["reasons"]) == ("implemented", reasons)
    lines = (await mill.client.get("/v1/savings", params={"stage": "verified"})).json()["items"]
    assert lines == []


async def test_the_assessor_and_its_firm_cannot_verify(mill: Mill) -> None:
    option = await mill.implemented()
    await mill.here.advance(days=150)
    assert await refused(mill.assessor.post(f"{option}/verify", json=COUNTED)) == (403, "not_allowed")
    own = people.verifier().model_copy(update={"person_id": mill.person_id})
    assert await refused(mill.as_(own).post(f"{option}/verify", json=COUNTED)) == (409, "verifier_is_assessor")
    colleague = people.verifier(mill.firm)
    asked = mill.as_(colleague).post(f"{option}/verify", json=COUNTED)
    assert await refused(asked) == (409, "verifier_is_of_assessors_firm")
    assert (await mill.client.get(option)).json()["status"] == "implemented"


@pytest.mark.parametrize(
    ("record", "status", "code"),
    [
        ({**COUNTED, "reporting": {**COUNTED["reporting"], "ends_on": "2028-01-01"}}, 422, "day_is_in_the_future"),
        ({**COUNTED, "stream_no": 2}, 422, "stream_is_unknown"),
        ({**COUNTED, "rate_unit": "t/h"}, 422, "unit_is_unknown"),
        ({**COUNTED, "rate_unit": "mph"}, 422, "body_is_invalid"),
        ({**COUNTED, "method": "guess"}, 422, "body_is_invalid"),
        ({**COUNTED, "surprise": 1}, 422, "body_is_invalid"),
        ({**COUNTED, "baseline": {**COUNTED["baseline"], "readings": ["13.2"]}}, 422, "body_is_invalid"),
        ({**COUNTED, "hours": {"value": "-1", "source": "x"}}, 422, "body_is_invalid"),
        ({**TOTALS, "fixed_share": "1.5"}, 422, "body_is_invalid"),
        ({}, 422, "body_is_invalid"),
    ],
)
async def test_a_wrong_measurement_is_a_problem_and_not_a_verdict(
    mill: Mill, record: dict[str, Any], status: int, code: str
) -> None:
    option = await mill.implemented()
    await mill.here.advance(days=150)
    assert await refused(mill.verifier.post(f"{option}/verify", json=record)) == (status, code)
    assert (await mill.client.get(option)).json()["verifications"] == []


async def test_an_option_belongs_to_an_assessment_of_its_own_assessor(mill: Mill) -> None:
    await mill.engaged()
    stranger = mill.as_(people.assessor(new_id()))
    body = {"assessment_id": mill.assessment, **MOTOR}
    assert await refused(stranger.post("/v1/options", json=body)) == (404, "not_found")
    assert mill.here.clock.offset != timedelta(0)
