"""Recommending a measure, deciding on it, and saying that it was done."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from contracts.principals import Role
from contracts.values import Money, ProgrammeShare
from services.assessments.domain import decisions, options
from services.assessments.domain.assessments import Assessment, AssessmentIsNotOpen
from services.assessments.domain.decisions import (
    AssessmentIsNotApproved,
    OptionIsDecided,
    OptionIsNotApproved,
    OptionIsNotPostponable,
    OptionIsNotRefusable,
    RefusalReasonIsUnknown,
)
from services.assessments.domain.occurrence import DayIsInTheFuture, Occurrence, months_between, occurred, years_after
from services.assessments.domain.options import Implementation, Option, OptionStatus
from services.assessments.domain.proposals import OptionClassIsUnknown, Proposal, SharesExceedOne, labels_of
from services.assessments.domain.rules import Rules
from services.assessments.domain.streams import Estimate, Resource, StreamsAreNumberedTwice, estimated
from tests.unit.assessments.plant import AT, FIRM, People

DAY = Occurrence(date(2025, 6, 10))


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def test_an_option_carries_its_estimate_in_the_reporting_unit(proposal: Proposal) -> None:
    stream = proposal.streams[0]
    assert stream.energy_mj == Decimal(46440)  # 12,900 kWh x 3.6
    assert stream.emission_t_co2e == Decimal("8.256")  # 12.9 MWh x 0.640
    assert stream.figures is not None
    assert stream.figures.fraction == Decimal("0.32575758")
    assert stream.figures.factor_version == "xa-grid-2022"
    assert stream.water_m3 is None


def test_water_waste_and_material_have_units_of_their_own(rules: Rules) -> None:
    water, waste, other = estimated(
        (
            Estimate(1, Resource.WATER, "groundwater", "l", saving=Decimal(5000)),
            Estimate(2, Resource.WASTE, "husk", "kg", saving=Decimal(750)),
            Estimate(3, Resource.OTHER, "labour", "hours", saving=Decimal(40)),
        ),
        tables=rules.energy,
        country="XA",
        on=date(2024, 12, 31),
    )
    assert (water.water_m3, water.energy_mj) == (Decimal(5), None)
    assert waste.waste_t == Decimal("0.75")
    assert (other.material_t, other.waste_t, other.emission_t_co2e) == (None, None, None)


def test_a_stream_number_stands_once(rules: Rules) -> None:
    twice = (Estimate(1, Resource.WATER, "water", "m3"), Estimate(1, Resource.WASTE, "husk", "t"))
    with pytest.raises(StreamsAreNumberedTwice):
        estimated(twice, tables=rules.energy, country="XA", on=date(2024, 12, 31))


def test_an_option_is_identified_by_the_assessor_and_its_firm(
    working: Assessment, proposal: Proposal, rules: Rules, people: People
) -> None:
    option, event = options.identify(
        UUID(int=40), working, proposal, occurrence=DAY, rules=rules, by=people.assessor, at=AT
    )
    assert (option.assessor_id, option.assessor_provider_id) == (people.assessor.person_id, FIRM)
    assert event.identified_by == people.assessor.person_id
    assert event.pack is not None
    assert (event.pack.code, event.rules_version) == ("demo", "2026.1")
    assert (event.investment, event.annual_saving, event.life_years) == (usd(1000), usd(1935), Decimal(10))
    assert event.output_unit == "t"
    assert event.baseline_period is not None
    assert event.dataset_hash is not None
    assert event.programme_shares == (ProgrammeShare(programme_code="GREEN-MILLS", share=Decimal(1)),)
    assert (event.root, event.subject) == (working.id, option.id)


def test_stated_shares_stand_and_never_exceed_one(
    working: Assessment, proposal: Proposal, rules: Rules, people: People
) -> None:
    def shared(*parts: str) -> Proposal:
        codes = ("GREEN-MILLS", "CLEAN-RIVER")
        shares = tuple(ProgrammeShare(programme_code=c, share=Decimal(p)) for c, p in zip(codes, parts, strict=True))
        return replace(proposal, programme_shares=shares)

    option, _ = options.identify(
        UUID(int=40), working, shared("0.6", "0.4"), occurrence=DAY, rules=rules, by=people.assessor, at=AT
    )
    assert [each.share for each in option.proposal.programme_shares] == [Decimal("0.6"), Decimal("0.4")]
    with pytest.raises(SharesExceedOne):
        options.change(option, working, shared("0.6", "0.5"), rules=rules)


def test_a_class_outside_the_list_is_refused(
    working: Assessment, proposal: Proposal, rules: Rules, people: People
) -> None:
    for strange in (replace(proposal, option_class="magic"), replace(proposal, tags=("magic",))):
        with pytest.raises(OptionClassIsUnknown):
            options.identify(UUID(int=40), working, strange, occurrence=DAY, rules=rules, by=people.assessor, at=AT)


def test_options_change_only_while_their_assessment_is_open(
    identified: Option, working: Assessment, completed: Assessment, proposal: Proposal, rules: Rules, people: People
) -> None:
    dearer = replace(proposal, investment=usd(1500))
    changed, event = options.change(identified, working, dearer, rules=rules)
    assert changed.proposal.investment == event.investment == usd(1500)
    with pytest.raises(AssessmentIsNotOpen):
        options.change(identified, completed, dearer, rules=rules)
    with pytest.raises(AssessmentIsNotOpen):
        options.identify(UUID(int=41), completed, proposal, occurrence=DAY, rules=rules, by=people.assessor, at=AT)


@pytest.mark.parametrize(
    ("odd", "label"),
    [
        ({"investment": usd(-5)}, "negative_investment"),
        ({"annual_saving": usd(-5)}, "negative_saving"),
        ({"investment": Money(amount=Decimal(9), currency="XTS")}, "currencies_differ"),
        ({"investment": usd(1_000_000)}, "payback_beyond_limit"),
        ({"life_years": 60}, "life_beyond_limit"),
    ],
)
def test_odd_options_are_labelled_and_kept(
    proposal: Proposal, rules: Rules, odd: dict[str, object], label: str
) -> None:
    assert tuple(labels_of(replace(proposal, **odd), rules.plausibility)) == (label,)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("estimate", "label"),
    [
        (Estimate(1, Resource.WATER, "water", "m3", saving=Decimal(-1)), "negative_saving_of_resource"),
        (
            Estimate(1, Resource.WATER, "water", "m3", saving=Decimal(9), use_per_year=Decimal(8)),
            "saving_exceeds_use",
        ),
        (
            Estimate(1, Resource.WATER, "water", "m3", saving=Decimal(9), low=Decimal(10)),
            "estimate_outside_its_range",
        ),
    ],
)
def test_odd_estimates_are_labelled(proposal: Proposal, rules: Rules, estimate: Estimate, label: str) -> None:
    streams = estimated((estimate,), tables=rules.energy, country="XA", on=date(2024, 12, 31))
    assert tuple(labels_of(replace(proposal, streams=streams), rules.plausibility)) == (label,)


@pytest.mark.parametrize(
    "plain",
    [
        {"investment": usd(0), "annual_saving": usd(0)},
        {"investment": None},
        {"annual_saving": None},
        {"investment": usd(50), "annual_saving": usd(1)},
        {"life_years": 40},
    ],
)
def test_what_is_unknown_nothing_or_at_the_limit_is_not_odd(
    proposal: Proposal, rules: Rules, plain: dict[str, object]
) -> None:
    assert tuple(labels_of(replace(proposal, **plain), rules.plausibility)) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("saving", [Decimal(0), Decimal(8)])
def test_saving_nothing_or_everything_is_not_odd(proposal: Proposal, rules: Rules, saving: Decimal) -> None:
    whole = Estimate(1, Resource.WATER, "water", "m3", saving=saving, low=saving, use_per_year=Decimal(8))
    streams = estimated((whole,), tables=rules.energy, country="XA", on=date(2024, 12, 31))
    assert tuple(labels_of(replace(proposal, streams=streams), rules.plausibility)) == ()


def test_a_sound_option_has_no_label(identified: Option) -> None:
    assert identified.labels == ()


def test_the_company_decides_once_the_assessment_is_approved(identified: Option, completed: Assessment) -> None:
    with pytest.raises(AssessmentIsNotApproved):
        decisions.approve(identified, completed, occurrence=DAY, at=AT)
    with pytest.raises(AssessmentIsNotApproved):
        decisions.refuse(identified, completed, "other", reasons={"other": ""}, occurrence=DAY, at=AT)
    with pytest.raises(AssessmentIsNotApproved):
        decisions.postpone(identified, completed, pending_years=3, occurrence=DAY, at=AT)


def test_an_approved_option_keeps_day_and_precision(identified: Option, approved: Assessment) -> None:
    when = Occurrence(date(2005, 9, 30), "year")
    agreed, event = decisions.approve(identified, approved, occurrence=when, at=AT)
    assert agreed.status is OptionStatus.APPROVED
    assert (agreed.occurred_on, agreed.occurred_on_precision, agreed.recorded_at) == (date(2005, 9, 30), "year", AT)
    assert (event.occurred_on, event.occurred_on_precision) == (date(2005, 9, 30), "year")
    with pytest.raises(OptionIsDecided):
        decisions.approve(agreed, approved, occurrence=DAY, at=AT)


def test_a_refusal_needs_a_reason_of_the_list(identified: Option, approved: Assessment, rules: Rules) -> None:
    reasons = rules.options.refusal_reasons
    refused, event = decisions.refuse(identified, approved, "cash_flow", reasons=reasons, occurrence=DAY, at=AT)
    assert (refused.status, refused.reason_code, event.reason_code) == (OptionStatus.REFUSED, "cash_flow", "cash_flow")
    with pytest.raises(RefusalReasonIsUnknown):
        decisions.refuse(identified, approved, "mood", reasons=reasons, occurrence=DAY, at=AT)


def test_what_was_agreed_may_still_be_refused_but_not_what_was_done(
    agreed: Option, implemented: Option, approved: Assessment, rules: Rules
) -> None:
    reasons = rules.options.refusal_reasons
    refused, _ = decisions.refuse(agreed, approved, "cash_flow", reasons=reasons, occurrence=DAY, at=AT)
    assert refused.status is OptionStatus.REFUSED
    for done in (implemented, refused):
        with pytest.raises(OptionIsNotRefusable):
            decisions.refuse(done, approved, "cash_flow", reasons=reasons, occurrence=DAY, at=AT)


def test_a_postponed_option_is_decided_later(identified: Option, approved: Assessment, rules: Rules) -> None:
    pending, event = decisions.postpone(identified, approved, pending_years=3, occurrence=DAY, at=AT)
    assert pending.status is OptionStatus.PENDING
    assert event.occurred_on == DAY.on
    with pytest.raises(OptionIsNotPostponable):
        decisions.postpone(pending, approved, pending_years=3, occurrence=DAY, at=AT)
    agreed, _ = decisions.approve(pending, approved, occurrence=DAY, at=AT)
    assert (agreed.status, agreed.pending_until) == (OptionStatus.APPROVED, None)
    refused, _ = decisions.refuse(
        pending, approved, "other", reasons=rules.options.refusal_reasons, occurrence=DAY, at=AT
    )
    assert (refused.status, refused.pending_until) == (OptionStatus.REFUSED, None)


def test_three_years_after_it_was_noted_a_pending_option_lapses(identified: Option, approved: Assessment) -> None:
    long_ago = Occurrence(date(2005, 9, 30), "year")
    pending, _ = decisions.postpone(identified, approved, pending_years=3, occurrence=long_ago, at=AT)
    due = AT.replace(year=2028)
    assert pending.pending_until == due
    too_early = AT.replace(year=2028, day=1)
    assert decisions.lapse(pending, reason_code="pending_too_long", today=too_early.date(), at=too_early) is None
    lapsed = decisions.lapse(pending, reason_code="pending_too_long", today=due.date(), at=due)
    assert lapsed is not None
    assert (lapsed[0].status, lapsed[1].reason_code) == (OptionStatus.REFUSED, "pending_too_long")
    assert lapsed[1].occurred_on == due.date()
    assert decisions.lapse(lapsed[0], reason_code="pending_too_long", today=due.date(), at=due) is None


def test_what_was_done_is_stated_with_its_real_cost(agreed: Option, rules: Rules) -> None:
    stated = Implementation(Occurrence(date(2025, 9, 1)), "client_stated", usd(1100), started_on=date(2025, 8, 20))
    done, event = decisions.implement(agreed, stated, rules=rules, at=AT)
    assert done.status is OptionStatus.IMPLEMENTED
    assert done.implementation == stated
    assert (event.investment, event.annual_saving) == (usd(1100), usd(1935))
    assert (event.reported_by_role, event.occurred_on) == ("client_stated", date(2025, 9, 1))
    assert event.started_on == date(2025, 8, 20)
    assert event.labels == ()


def test_unknown_cost_stays_unknown(agreed: Option, rules: Rules) -> None:
    _, event = decisions.implement(agreed, Implementation(DAY, "client_stated"), rules=rules, at=AT)
    assert event.investment is None


def test_work_done_before_it_was_recommended_is_labelled(agreed: Option, rules: Rules) -> None:
    _, event = decisions.implement(
        agreed, Implementation(Occurrence(date(2025, 1, 1)), "client_stated"), rules=rules, at=AT
    )
    assert event.labels == ("implemented_before_identified",)


def test_work_of_the_same_day_is_not_early(agreed: Option, rules: Rules) -> None:
    same = Implementation(Occurrence(agreed.identified_on), "client_stated")
    assert decisions.implement(agreed, same, rules=rules, at=AT)[1].labels == ()


def test_only_an_approved_option_is_implemented(identified: Option, implemented: Option, rules: Rules) -> None:
    for other in (identified, implemented):
        with pytest.raises(OptionIsNotApproved):
            decisions.implement(other, Implementation(DAY, "client_stated"), rules=rules, at=AT)


def test_it_is_told_whose_word_it_is(people: People) -> None:
    assert decisions.stating_role(people.assessor) == "assessor_seen"
    assert decisions.stating_role(people.client) == "client_stated"
    assert decisions.stating_role(people.officer) == "officer_stated"
    both = people.client.model_copy(update={"roles": frozenset({Role.CLIENT, Role.ASSESSOR})})
    assert decisions.stating_role(both) == "assessor_seen"


def test_a_day_to_come_is_refused() -> None:
    today = date(2025, 6, 2)
    assert occurred(None, today=today) == Occurrence(today)
    assert occurred(date(2005, 9, 30), today=today, precision="year") == Occurrence(date(2005, 9, 30), "year")
    with pytest.raises(DayIsInTheFuture):
        occurred(date(2025, 6, 3), today=today)


def test_years_and_months_are_counted_by_the_calendar() -> None:
    assert years_after(AT.replace(year=2024, month=2, day=29), 3).date() == date(2027, 2, 28)
    assert months_between(date(2025, 1, 31), date(2025, 2, 28)) == 0
    assert months_between(date(2025, 1, 15), date(2025, 7, 15)) == 6
    assert months_between(date(2025, 1, 15), date(2024, 7, 15)) == 0
