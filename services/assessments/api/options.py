"""Options: recommended measures, decided on, implemented and verified."""

from dataclasses import replace
from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Assessor, Officer, Verifier
from contracts.principals import Client as ClientRole
from services.assessments import use_cases
from services.assessments.api.assessments import READERS
from services.assessments.domain import decisions, proposals
from services.assessments.domain import options as domain
from services.assessments.domain import verification as verifying
from services.assessments.domain.assessments import Assessment, AssessmentIsNotOpen, ProgrammeIsUnknown
from services.assessments.domain.energy import CarrierIsUnknown, NoDensity, UnitIsUnknown
from services.assessments.domain.figures import FigureIsTooLarge
from services.assessments.domain.occurrence import DayIsInTheFuture
from services.assessments.domain.options import Option, OptionStatus
from services.assessments.domain.profitability import portfolios
from services.assessments.domain.streams import StreamsAreNumberedTwice
from services.assessments.schemas.options import (
    ChangeOption,
    IdentifyOption,
    ImplementOption,
    OptionOut,
    OptionPage,
    RefuseOption,
)
from services.assessments.schemas.verifications import VerifyOption

routes = Routes("/v1/options")
UNSOUND = (
    AssessmentIsNotOpen,
    proposals.OptionClassIsUnknown,
    proposals.SharesExceedOne,
    ProgrammeIsUnknown,
    StreamsAreNumberedTwice,
    CarrierIsUnknown,
    UnitIsUnknown,
    NoDensity,
    FigureIsTooLarge,
)


def _shown(uow: Uow, option: Option) -> OptionOut:
    return OptionOut.of(option, discount_rate=use_cases.rules(uow).discount_rate)


@routes.get("", dependencies=allow(*READERS))
async def list_options(
    uow: Uow,
    assessment_id: UUID | None = None,
    client_id: UUID | None = None,
    status: OptionStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> OptionPage:
    """The options you may see; of one assessment, with the payback of all of them together."""
    wanted = equal(Option, assessment_id=assessment_id, client_id=client_id, status=status)
    found, more = await page_of(uow, Option, *wanted, cursor=cursor, limit=limit)
    together = None
    if assessment_id is not None:
        standing = [
            each.proposal
            for each in await uow.all(Option, assessment_id=assessment_id)
            if each.status is not OptionStatus.REFUSED
        ]
        together = portfolios((each.investment, each.annual_saving) for each in standing)
    return OptionPage(items=[_shown(uow, each) for each in found], next=more, portfolios=together)


@routes.post("", dependencies=allow(Assessor), responses=problems(*UNSOUND))
async def identify_option(body: IdentifyOption, uow: Uow) -> OptionOut:
    """Recommend a measure in an open assessment."""
    assessment = await uow.read(Assessment, body.assessment_id)
    proposal = body.proposal(use_cases.estimates(uow, assessment, body.estimates()))
    return _shown(uow, await use_cases.identify_option(uow, assessment, proposal, occurrence=use_cases.today(uow)))


@routes.get("/{option_id}", dependencies=allow(*READERS))
async def read_option(option_id: UUID, uow: Uow) -> OptionOut:
    """One option with its payback, present value and rate of return, and every measurement of it."""
    return _shown(uow, await uow.read(Option, option_id))


@routes.patch("/{option_id}", dependencies=allow(Assessor), responses=problems(*UNSOUND))
async def change_option(option_id: UUID, body: ChangeOption, uow: Uow) -> OptionOut:
    """Correct a recommendation while its assessment is open."""
    option = await uow.get(Option, option_id)
    assessment = await uow.read(Assessment, option.assessment_id)
    changes = body.changes()
    if "streams" in body.model_fields_set:
        changes["streams"] = use_cases.estimates(uow, assessment, body.estimates())
    proposal = replace(option.proposal, **changes)
    use_cases.check_programmes(uow, *(each.programme_code for each in proposal.programme_shares))
    changed, event = domain.change(option, assessment, proposal, rules=use_cases.rules(uow))
    return _shown(uow, await use_cases.keep(uow, changed, event))


@routes.post(
    "/{option_id}/approve",
    dependencies=allow(ClientRole, Officer),
    responses=problems(decisions.AssessmentIsNotApproved, decisions.OptionIsDecided),
)
async def approve_option(option_id: UUID, uow: Uow) -> OptionOut:
    """The company will do it."""
    option = await uow.get(Option, option_id)
    assessment = await uow.read(Assessment, option.assessment_id)
    approved, event = decisions.approve(option, assessment, occurrence=use_cases.today(uow), at=uow.now())
    return _shown(uow, await use_cases.keep(uow, approved, event))


@routes.post(
    "/{option_id}/refuse",
    dependencies=allow(ClientRole, Officer),
    responses=problems(
        decisions.AssessmentIsNotApproved, decisions.OptionIsNotRefusable, decisions.RefusalReasonIsUnknown
    ),
)
async def refuse_option(option_id: UUID, body: RefuseOption, uow: Uow) -> OptionOut:
    """The company will not do it, for a reason of the country's list."""
    option = await uow.get(Option, option_id)
    assessment = await uow.read(Assessment, option.assessment_id)
    reasons = use_cases.rules(uow).options.refusal_reasons
    return _shown(
        uow,
        uow.save(
            *decisions.refuse(
                option,
                assessment,
                body.reason_code,
                reasons=reasons,
                occurrence=use_cases.today(uow),
                at=uow.now(),
            )
        ),
    )


@routes.post(
    "/{option_id}/postpone",
    dependencies=allow(ClientRole, Officer),
    responses=problems(decisions.AssessmentIsNotApproved, decisions.OptionIsNotPostponable),
)
async def postpone_option(option_id: UUID, uow: Uow) -> OptionOut:
    """The company decides later; left open for too long it counts as refused."""
    option = await uow.get(Option, option_id)
    assessment = await uow.read(Assessment, option.assessment_id)
    years = use_cases.rules(uow).options.pending_years
    return _shown(
        uow,
        uow.save(
            *decisions.postpone(option, assessment, pending_years=years, occurrence=use_cases.today(uow), at=uow.now())
        ),
    )


@routes.post(
    "/{option_id}/implement",
    dependencies=allow(ClientRole, Assessor, Officer),
    responses=problems(decisions.OptionIsNotApproved, DayIsInTheFuture),
)
async def implement_option(option_id: UUID, body: ImplementOption, uow: Uow) -> OptionOut:
    """It was done, as you state; only a measurement makes it a verified saving."""
    option = await uow.get(Option, option_id)
    use_cases.past(uow, body.occurred_on, body.started_on, body.commissioned_on)
    stated = body.implementation(decisions.stating_role(uow.principal))
    return _shown(uow, await use_cases.implement_option(uow, option, stated))


@routes.post(
    "/{option_id}/verify",
    dependencies=allow(Verifier),
    responses=problems(
        verifying.VerifierIsUnnamed,
        verifying.VerifierIsAssessor,
        verifying.VerifierIsOfAssessorsFirm,
        verifying.OptionIsNotImplemented,
        verifying.StreamIsUnknown,
        DayIsInTheFuture,
        UnitIsUnknown,
        NoDensity,
        FigureIsTooLarge,
    ),
)
async def verify_option(option_id: UUID, body: VerifyOption, uow: Uow) -> OptionOut:
    """Record the measured result of an implemented option; only a demonstrated saving makes it verified."""
    option = await uow.get(Option, option_id)
    assessment = await uow.read(Assessment, option.assessment_id)
    measured, event = verifying.verify(
        option,
        assessment,
        body.measurement(),
        verification_id=uow.new_id(),
        occurrence=use_cases.today(uow),
        rules=use_cases.rules(uow),
        by=uow.principal,
        at=uow.now(),
    )
    return _shown(uow, await use_cases.keep(uow, measured, event))
