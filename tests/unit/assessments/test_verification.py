"""Who may verify, what a verdict does to the option, and what its event tells."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts.assessments import OptionVerified
from contracts.principals import Principal
from contracts.values import Money, MvPlan, Period
from services.assessments.domain import verification
from services.assessments.domain.assessments import Assessment
from services.assessments.domain.energy import UnitIsUnknown
from services.assessments.domain.isolation import Hours, Isolation
from services.assessments.domain.occurrence import DayIsInTheFuture, Occurrence
from services.assessments.domain.options import Option, OptionStatus
from services.assessments.domain.rules import Rules
from services.assessments.domain.two_totals import Total, TwoTotals
from services.assessments.domain.verification import (
    Measurement,
    OptionIsNotImplemented,
    StreamIsUnknown,
    VerifierIsAssessor,
    VerifierIsOfAssessorsFirm,
    VerifierIsUnnamed,
)
from tests.unit.assessments.plant import AT, FIRM, People
from tests.unit.assessments.test_isolation import COUNTED, STIPULATED, kilowatts

Near = Callable[[Decimal | None, float], bool]
Verify = Callable[..., tuple[Option, OptionVerified]]

TOTALS = TwoTotals(
    unit="kWh",
    before=Total(Decimal(39600), Decimal(1200), "t", Period(starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))),
    after=Total(Decimal(27000), Decimal(900), "t", Period(starts_on=date(2025, 10, 1), ends_on=date(2026, 9, 30))),
)


@pytest.fixture
def verify(implemented: Option, approved: Assessment, rules: Rules, people: People) -> Verify:
    def run(
        data: Isolation | TwoTotals, by: Principal = people.verifier, **other: Any
    ) -> tuple[Option, OptionVerified]:
        option, on = other.pop("option", implemented), other.pop("on", date(2026, 10, 5))
        return verification.verify(
            option,
            other.pop("assessment", approved),
            Measurement(other.pop("stream_no", 1), data, **other),
            verification_id=UUID(int=60),
            occurrence=Occurrence(on),
            rules=rules,
            by=by,
            at=AT,
        )

    return run


def test_a_demonstrated_saving_makes_the_option_verified(verify: Verify, people: People, near: Near) -> None:
    verified, event = verify(STIPULATED)
    assert verified.status is OptionStatus.VERIFIED
    assert verified.verified_by == people.verifier.person_id
    assert (event.verdict, event.method, event.ipmvp_option, event.basis) == (
        "demonstrated",
        "retrofit_isolation",
        "A",
        "stipulated",
    )
    (stream,) = event.streams
    assert stream.energy_mj == Decimal(92880)
    assert stream.emission_t_co2e == Decimal("15.222")  # 25.8 MWh x 0.590, the factor of 2026
    assert stream.figures is not None
    assert stream.figures.saving == stream.figures.annualised == Decimal(25800)
    assert near(stream.figures.saving_low, 21377.00394)
    assert stream.figures.estimate == Decimal(12900)
    assert stream.figures.money == event.annual_saving == Money(amount=Decimal(3870), currency="USD")
    assert (event.investment, event.currency) == (Money(amount=Decimal(1100), currency="USD"), "USD")
    assert (event.assessor_id, event.verifier_id) == (people.assessor.person_id, people.verifier.person_id)
    assert event.occurred_on == date(2026, 10, 5)
    assert event.months_since_commissioning == 6
    assert event.pack is not None
    assert event.confidence == Decimal("0.90")
    assert event.reporting is not None
    assert event.baseline is not None
    assert (event.baseline.starts_on, event.reporting.ends_on) == (date(2025, 7, 1), date(2026, 3, 14))


def test_less_than_a_year_verifies_the_period_and_not_the_year(verify: Verify) -> None:
    verified, event = verify(COUNTED)
    (stream,) = event.streams
    assert verified.status is OptionStatus.VERIFIED
    assert stream.figures is not None
    assert stream.figures.saving == Decimal(13115)
    assert (stream.energy_mj, stream.emission_t_co2e, event.annual_saving) == (None, None, None)
    assert (stream.figures.co2e_t, stream.figures.factor_version) == (None, None)


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (replace(STIPULATED, after=kilowatts("12.9", "3", STIPULATED.reporting)), "not_demonstrated"),
        (replace(STIPULATED, after=kilowatts("17", "0.3", STIPULATED.reporting)), "increase_demonstrated"),
        (replace(STIPULATED, after=None), "refused"),
        (TOTALS, "refused"),
    ],
)
def test_any_other_verdict_leaves_it_implemented(
    verify: Verify, implemented: Option, data: Isolation | TwoTotals, verdict: str
) -> None:
    measured, event = verify(data)
    assert event.verdict == verdict
    assert (measured.status, measured.verified_by) == (OptionStatus.IMPLEMENTED, None)
    assert measured.occurred_on == implemented.occurred_on
    assert len(measured.verifications) == 1
    assert event.annual_saving is None
    assert (event.streams[0].energy_mj, event.streams[0].emission_t_co2e) == (None, None)


def test_it_can_be_measured_again(verify: Verify) -> None:
    first, refused = verify(TOTALS)
    again, event = verify(STIPULATED, option=first)
    assert refused.reasons == ("two_totals_only",)
    assert event.verdict == "demonstrated"
    assert [each.result.verdict for each in again.verifications] == ["refused", "demonstrated"]


def test_two_totals_tell_their_changes(verify: Verify, near: Near) -> None:
    _, event = verify(TOTALS)
    figures = event.streams[0].figures
    assert figures is not None
    assert near(figures.raw_change, 27000 / 39600 - 1)
    assert near(figures.intensity_change, 30 / 33 - 1)
    assert event.output_change == Decimal("-0.25")
    assert (figures.measured, figures.saving, figures.money) == (Decimal(27000), None, None)
    assert (event.method, event.ipmvp_option, event.output_unit) == ("two_annual_totals", "C", "t")


def test_figures_are_told_in_the_streams_own_unit(verify: Verify, implemented: Option) -> None:
    in_mwh = replace(
        implemented,
        proposal=replace(
            implemented.proposal,
            streams=(implemented.proposal.streams[0].model_copy(update={"unit": "MWh"}),),
        ),
    )
    _, event = verify(STIPULATED, option=in_mwh)
    figures = event.streams[0].figures
    assert figures is not None
    assert (figures.saving, event.streams[0].energy_mj) == (Decimal("25.8"), Decimal(92880))


def test_what_was_measured_must_be_what_is_saved(verify: Verify) -> None:
    with pytest.raises(UnitIsUnknown):
        verify(replace(STIPULATED, rate_unit="t/h"))
    with pytest.raises(StreamIsUnknown):
        verify(STIPULATED, stream_no=2)


def test_what_has_not_been_measured_yet_cannot_be_verified(verify: Verify) -> None:
    with pytest.raises(DayIsInTheFuture):
        verify(STIPULATED, on=date(2026, 3, 13))
    verified, _ = verify(STIPULATED, on=date(2026, 3, 14))
    assert verified.occurred_on == date(2026, 3, 14)


def test_only_an_implemented_option_is_measured(verify: Verify, agreed: Option) -> None:
    with pytest.raises(OptionIsNotImplemented):
        verify(STIPULATED, option=agreed)
    verified, _ = verify(STIPULATED)
    with pytest.raises(OptionIsNotImplemented):
        verify(STIPULATED, option=verified)


def test_the_assessor_cannot_verify_its_own_option(verify: Verify, people: People) -> None:
    with pytest.raises(VerifierIsAssessor):
        verify(STIPULATED, by=people.assessor)


def test_a_colleague_of_the_assessor_cannot_verify(verify: Verify, people: People, implemented: Option) -> None:
    with pytest.raises(VerifierIsOfAssessorsFirm):
        verify(STIPULATED, by=people.colleague)


def test_two_without_a_firm_may_verify_each_other(
    verify: Verify, people: People, implemented: Option, approved: Assessment
) -> None:
    freelance = replace(implemented, assessor_provider_id=None)
    alone = people.verifier.model_copy(update={"provider_id": None})
    assessment = replace(approved, provider_id=None, completed_by=None)
    verified, _ = verify(STIPULATED, by=alone, option=freelance, assessment=assessment)
    assert verified.status is OptionStatus.VERIFIED


def test_who_identified_it_cannot_verify_it_after_another_took_over(
    verify: Verify, people: People, approved: Assessment
) -> None:
    taken = replace(approved, assessor_id=UUID(int=7), provider_id=UUID(int=502), completed_by=None)
    with pytest.raises(VerifierIsAssessor):
        verify(STIPULATED, by=people.assessor, assessment=taken)


def test_who_completed_the_assessment_cannot_verify_its_options(
    verify: Verify, people: People, implemented: Option
) -> None:
    others = replace(implemented, assessor_id=UUID(int=7), assessor_provider_id=None)
    with pytest.raises(VerifierIsAssessor):
        verify(STIPULATED, by=people.assessor.model_copy(update={"provider_id": None}), option=others)
    with pytest.raises(VerifierIsOfAssessorsFirm):
        verify(STIPULATED, by=people.verifier.model_copy(update={"provider_id": FIRM}), option=others)


def test_a_key_without_a_person_cannot_verify(verify: Verify, people: People) -> None:
    with pytest.raises(VerifierIsUnnamed):
        verify(STIPULATED, by=people.verifier.model_copy(update={"person_id": None}))


def test_a_plan_signed_after_the_work_is_labelled(verify: Verify) -> None:
    late = MvPlan(plan_id=UUID(int=70), version=1, signed_on=date(2025, 9, 1))
    _, event = verify(STIPULATED, mv_plan=late)
    assert "retrospective_plan" in event.flags
    _, event = verify(STIPULATED, mv_plan=late.model_copy(update={"signed_on": date(2025, 8, 1)}))
    assert "retrospective_plan" not in event.flags


def test_data_and_result_have_fingerprints_that_anybody_can_repeat(verify: Verify) -> None:
    _, event = verify(STIPULATED)
    _, same = verify(STIPULATED)
    _, other = verify(replace(STIPULATED, hours=Hours(Decimal(6000), "x", low=Decimal(5400), high=Decimal(6300))))
    assert (event.dataset_hash, event.result_hash) == (same.dataset_hash, same.result_hash)
    assert event.dataset_hash != other.dataset_hash
    assert event.result_hash == other.result_hash
