"""The verifier's measurement of an implemented option: four eyes, a method, and an honest verdict."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from contracts.assessments import OptionVerified
from contracts.principals import Principal
from contracts.refusals import Refusal
from contracts.values import DatasetPeriod, Evidence, Money, MvPlan, Period, Stream, StreamFigures
from services.assessments.domain.assessments import Assessment, Assessor
from services.assessments.domain.figures import amount
from services.assessments.domain.hashes import sha256_of
from services.assessments.domain.isolation import Isolation, isolate
from services.assessments.domain.measurements import Result, Verdict, Work
from services.assessments.domain.occurrence import DayIsInTheFuture, Occurrence, months_between
from services.assessments.domain.options import Option, OptionStatus, Verification, moved, thread
from services.assessments.domain.rules import Rules
from services.assessments.domain.streams import Resource, in_reporting_unit, with_saving
from services.assessments.domain.two_totals import TwoTotals, compare


class VerifierIsUnnamed(Refusal):
    status = 403
    sentence = "A verification is the word of a person: this key stands for none."


class VerifierIsAssessor(Refusal):
    sentence = "You assessed this option yourself: another person has to verify it."


class VerifierIsOfAssessorsFirm(Refusal):
    sentence = "You work for the assessor's firm: somebody from outside has to verify it."


class OptionIsNotImplemented(Refusal):
    sentence = "Option {option_id} is {status}: only an implemented one can be measured."


class StreamIsUnknown(Refusal):
    status = 422
    sentence = "This option has no stream {stream_no}."


@dataclass(frozen=True, slots=True)
class Measurement:
    """One stream as it was measured, by one method; the plan tells whether it was fixed before the work."""

    stream_no: int
    data: Isolation | TwoTotals
    mv_plan: MvPlan | None = None
    evidence: tuple[Evidence, ...] = ()


def verify(
    option: Option,
    assessment: Assessment,
    measurement: Measurement,
    *,
    verification_id: UUID,
    occurrence: Occurrence,
    rules: Rules,
    by: Principal,
    at: datetime,
) -> tuple[Option, OptionVerified]:
    """Record what a measurement shows; only `demonstrated` makes the option verified, else it stays implemented."""
    verifier_id = _independent(option, assessment, by)
    _require_past(measurement.data, occurrence)
    stream = next((each for each in option.proposal.streams if each.stream_no == measurement.stream_no), None)
    if option.status is not OptionStatus.IMPLEMENTED or option.implementation is None:
        raise OptionIsNotImplemented(option_id=option.id, status=option.status)
    if stream is None:
        raise StreamIsUnknown(stream_no=measurement.stream_no)
    result = _with_plan(_result(measurement.data, option.implementation.work, rules), measurement, option)
    verification = Verification(
        verification_id=verification_id,
        stream_no=stream.stream_no,
        data=measurement.data,
        result=result,
        dataset_hash=sha256_of(measurement.data),
        result_hash=sha256_of(result),
        method_version=rules.rules_version,
        verifier_id=verifier_id,
        occurred_on=occurrence.on,
        recorded_at=at,
        mv_plan=measurement.mv_plan,
        evidence=measurement.evidence,
    )
    measured = replace(option, verifications=(*option.verifications, verification))
    if result.verdict is Verdict.DEMONSTRATED:
        measured = replace(moved(measured, OptionStatus.VERIFIED, occurrence, at), verified_by=verifier_id)
    verified_stream = _verified(stream, result, assessment.country, occurrence, rules)
    return measured, _event(measured, verification, verified_stream, occurrence, rules)


def _independent(option: Option, assessment: Assessment, by: Principal) -> UUID:
    """The verifier's person, who is none of the assessors and of none of their firms."""
    if by.person_id is None:
        raise VerifierIsUnnamed
    known = [*assessment.assessors()]
    if option.assessor_id is not None:
        known.append(Assessor(option.assessor_id, option.assessor_provider_id))
    for assessor in known:
        if assessor.person_id == by.person_id:
            raise VerifierIsAssessor(option_id=option.id)
        if assessor.provider_id is not None and assessor.provider_id == by.provider_id:
            raise VerifierIsOfAssessorsFirm(option_id=option.id)
    return by.person_id


def _require_past(data: Isolation | TwoTotals, occurrence: Occurrence) -> None:
    _, reporting = _periods(data)
    if reporting.ends_on > occurrence.on:
        raise DayIsInTheFuture(day=reporting.ends_on, today=occurrence.on)


def _result(data: Isolation | TwoTotals, work: Work, rules: Rules) -> Result:
    if isinstance(data, Isolation):
        return isolate(data, work=work, rules=rules.verification)
    return compare(data, work=work, rules=rules.verification)


def _with_plan(result: Result, measurement: Measurement, option: Option) -> Result:
    """A plan signed after the work began is allowed and labelled for ever."""
    plan, implementation = measurement.mv_plan, option.implementation
    if plan is None or plan.signed_on is None or implementation is None:
        return result
    if plan.signed_on < implementation.work.began_on:
        return result
    return replace(result, flags=(*result.flags, "retrospective_plan"))


def _verified(stream: Stream, result: Result, country: str, occurrence: Occurrence, rules: Rules) -> Stream:
    """The estimated stream with what was measured of it, converted to its own unit."""
    scale = _scale(stream, result.unit, rules)

    def converted(figure: Decimal | None) -> Decimal | None:
        return None if figure is None else amount(figure * scale)

    estimate, annualised = stream.figures or StreamFigures(), converted(result.annualised)
    saved = annualised if result.verdict is Verdict.DEMONSTRATED else None
    figures = estimate.model_copy(
        update={
            "measured": converted(result.measured),
            "adjusted_baseline": converted(result.adjusted_baseline),
            "saving": converted(result.saving),
            "saving_low": converted(result.saving_low),
            "saving_high": converted(result.saving_high),
            "fraction": result.fraction,
            "raw_change": result.raw_change,
            "intensity_change": result.intensity_change,
            "annualised": annualised,
            "annualised_label": result.annualised_label,
            "money": _at_plans_price(estimate.money, estimate.estimate, saved),
            "co2e_t": None,
            "factor_version": None,
        }
    )
    return with_saving(stream, figures, saved, tables=rules.energy, country=country, on=occurrence.on)


def _scale(stream: Stream, unit: str, rules: Rules) -> Decimal:
    """How many of the stream's unit one measured unit is."""
    if unit == stream.unit:
        return Decimal(1)
    measured, own = (
        in_reporting_unit(Resource(stream.resource), stream.carrier, Decimal(1), each, tables=rules.energy)
        for each in (unit, stream.unit)
    )
    return measured / own


def _at_plans_price(money: Money | None, estimate: Decimal | None, saved: Decimal | None) -> Money | None:
    """Measured saving at the price the estimate was made with; unknown where either is."""
    if money is None or not estimate or saved is None:
        return None
    return money.model_copy(update={"amount": amount(money.amount / estimate * saved)})


def _event(
    option: Option, verification: Verification, stream: Stream, occurrence: Occurrence, rules: Rules
) -> OptionVerified:
    result, implementation = verification.result, option.implementation
    before, reporting = _periods(verification.data)
    facts = thread(option, rules) | {
        "occurred_on": occurrence.on,
        "occurred_on_precision": occurrence.precision,
        "streams": (stream,),
    }
    saved = stream.figures.money if stream.figures else None
    return OptionVerified(
        **facts,
        verification_id=verification.verification_id,
        verdict=result.verdict,
        reasons=result.reasons,
        flags=result.flags,
        assessor_id=option.assessor_id,
        verifier_id=verification.verifier_id,
        ipmvp_option=result.ipmvp_option,
        method=result.method,
        confidence=result.confidence,
        mv_plan=verification.mv_plan,
        dataset_hash=verification.dataset_hash,
        result_hash=verification.result_hash,
        method_version=verification.method_version,
        baseline=before and DatasetPeriod(starts_on=before.starts_on, ends_on=before.ends_on),
        reporting=DatasetPeriod(starts_on=reporting.starts_on, ends_on=reporting.ends_on),
        months_since_commissioning=implementation
        and months_between(implementation.work.in_service_on, reporting.ends_on),
        output_unit=result.output_unit,
        output_change=result.output_change,
        basis=result.basis,
        evidence=verification.evidence,
        currency=saved and saved.currency,
        investment=implementation and implementation.investment,
        annual_saving=saved,
    )


def _periods(data: Isolation | TwoTotals) -> tuple[Period | None, Period]:
    if isinstance(data, TwoTotals):
        return data.before.period, data.after.period
    return data.before.taken if data.before else None, data.reporting
