"""What the company decides about an option, and what it says it did."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from contracts.assessments import OptionApproved, OptionImplemented, OptionPostponed, OptionRefused
from contracts.principals import Assessor, Client, Principal
from contracts.refusals import Refusal
from services.assessments.domain.assessments import Assessment, AssessmentStatus
from services.assessments.domain.occurrence import Occurrence, years_after
from services.assessments.domain.options import Implementation, Option, OptionStatus, moved, thread
from services.assessments.domain.rules import Rules


class RefusalReasonIsUnknown(Refusal):
    status = 422
    sentence = "{reason_code} is no reason to refuse an option here."


class AssessmentIsNotApproved(Refusal):
    sentence = "The assessment is {status}: its options are decided on once it is approved."


class OptionIsDecided(Refusal):
    sentence = "Option {option_id} is {status}: it can be approved no longer."


class OptionIsNotRefusable(Refusal):
    sentence = "Option {option_id} is {status}: it can be refused no longer."


class OptionIsNotPostponable(Refusal):
    sentence = "Option {option_id} is {status}: only an identified one can be postponed."


class OptionIsNotApproved(Refusal):
    sentence = "Option {option_id} is {status}: the company has to approve it before it is implemented."


def approve(
    option: Option, assessment: Assessment, *, occurrence: Occurrence, at: datetime
) -> tuple[Option, OptionApproved]:
    """The company will do it."""
    _require_approved(assessment)
    if option.status not in (OptionStatus.IDENTIFIED, OptionStatus.PENDING):
        raise OptionIsDecided(option_id=option.id, status=option.status)
    approved = moved(option, OptionStatus.APPROVED, occurrence, at)
    return approved, OptionApproved(**thread(approved))


def refuse(
    option: Option,
    assessment: Assessment,
    reason_code: str,
    *,
    reasons: Mapping[str, str],
    occurrence: Occurrence,
    at: datetime,
) -> tuple[Option, OptionRefused]:
    """The company will not do it, even if it had agreed before."""
    _require_approved(assessment)
    if option.status not in (OptionStatus.IDENTIFIED, OptionStatus.PENDING, OptionStatus.APPROVED):
        raise OptionIsNotRefusable(option_id=option.id, status=option.status)
    if reason_code not in reasons:
        raise RefusalReasonIsUnknown(reason_code=reason_code)
    return _refused(option, reason_code, occurrence, at)


def postpone(
    option: Option, assessment: Assessment, *, pending_years: int, occurrence: Occurrence, at: datetime
) -> tuple[Option, OptionPostponed]:
    """The company decides later; `pending_years` after this is noted here, it counts as refused."""
    _require_approved(assessment)
    if option.status is not OptionStatus.IDENTIFIED:
        raise OptionIsNotPostponable(option_id=option.id, status=option.status)
    pending = moved(option, OptionStatus.PENDING, occurrence, at)
    return replace(pending, pending_until=years_after(at, pending_years)), OptionPostponed(**thread(pending))


def lapse(option: Option, *, reason_code: str, today: date, at: datetime) -> tuple[Option, OptionRefused] | None:
    """Nobody decided in time: refused by the system; None while there is still time, or it was decided."""
    if option.pending_until is None or at < option.pending_until:
        return None
    return _refused(option, reason_code, Occurrence(today), at)


def implement(
    option: Option, implementation: Implementation, *, rules: Rules, at: datetime
) -> tuple[Option, OptionImplemented]:
    """It was done, as somebody states; only a measurement makes it a verified saving."""
    if option.status is not OptionStatus.APPROVED:
        raise OptionIsNotApproved(option_id=option.id, status=option.status)
    done = moved(option, OptionStatus.IMPLEMENTED, implementation.occurrence, at)
    early = implementation.occurrence.on < option.identified_on
    labels = (*option.labels, "implemented_before_identified") if early else option.labels
    done = replace(done, implementation=implementation, labels=labels)
    return done, OptionImplemented(
        **thread(done, rules),
        started_on=implementation.started_on,
        commissioned_on=implementation.commissioned_on,
        reporting_earliest_on=implementation.work.in_service_on,
        reported_by_role=implementation.reported_by_role,
        scope_fraction=implementation.scope_fraction,
        investment=implementation.investment,
        annual_saving=implementation.annual_saving or option.proposal.annual_saving,
        mv_plan=implementation.mv_plan,
        deviations=implementation.deviations,
        evidence=implementation.evidence,
    )


def stating_role(by: Principal) -> str:
    """Whose word it is: an assessor has seen it, a company states it, an officer passes it on."""
    if by.has(Assessor):
        return "assessor_seen"
    return "client_stated" if by.has(Client) else "officer_stated"


def _require_approved(assessment: Assessment) -> None:
    if assessment.status is not AssessmentStatus.APPROVED:
        raise AssessmentIsNotApproved(assessment_id=assessment.id, status=assessment.status)


def _refused(option: Option, reason_code: str, occurrence: Occurrence, at: datetime) -> tuple[Option, OptionRefused]:
    refused = replace(moved(option, OptionStatus.REFUSED, occurrence, at), reason_code=reason_code)
    return refused, OptionRefused(**thread(refused), reason_code=reason_code)
