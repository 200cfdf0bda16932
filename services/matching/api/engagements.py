"""Engagements: providers at work for clients."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Client as ClientRole
from contracts.principals import Officer, Reviewer
from contracts.principals import Provider as ProviderRole
from services.matching import use_cases
from services.matching.domain import engagements as domain
from services.matching.domain.engagements import Engagement, EngagementStatus
from services.matching.pack import ReasonIsUnknown
from services.matching.schemas.engagements import ChangeEngagement, EngagementOut, Rate
from services.matching.schemas.fields import Reason

routes = Routes("/v1/engagements")
READERS = (Officer, Reviewer, ProviderRole, ClientRole)


@routes.get("", dependencies=allow(*READERS))
async def list_engagements(
    uow: Uow,
    need_id: UUID | None = None,
    client_id: UUID | None = None,
    provider_id: UUID | None = None,
    status: EngagementStatus | None = None,
    external_ref: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EngagementOut]:
    """The engagements you may see; by `external_ref` those you have given that reference."""
    wanted = equal(Engagement, need_id=need_id, client_id=client_id, provider_id=provider_id, status=status)
    if external_ref is not None:
        wanted += equal(Engagement, external_ref=external_ref, ref_owner=uow.principal.principal_id)
    found, more = await page_of(uow, Engagement, *wanted, cursor=cursor, limit=limit)
    return Page(items=[_shown(uow, each) for each in found], next=more)


@routes.get("/{engagement_id}", dependencies=allow(*READERS))
async def read_engagement(engagement_id: UUID, uow: Uow) -> EngagementOut:
    """One engagement."""
    return _shown(uow, await uow.read(Engagement, engagement_id))


@routes.patch("/{engagement_id}", dependencies=allow(ProviderRole), responses=problems(domain.ExternalRefIsTaken))
async def change_engagement(engagement_id: UUID, body: ChangeEngagement, uow: Uow) -> EngagementOut:
    """Note your own reference."""
    engagement = await uow.get(Engagement, engagement_id)
    return _shown(uow, uow.save(*domain.change(engagement, body.external_ref, by=uow.principal)))


@routes.post(
    "/{engagement_id}/cancel",
    dependencies=allow(Officer, ProviderRole),
    responses=problems(domain.EngagementIsNotActive, domain.AssessmentIsApproved, ReasonIsUnknown),
)
async def cancel_engagement(engagement_id: UUID, body: Reason, uow: Uow) -> EngagementOut:
    """Give the work up; another provider is asked if the client still agrees to that."""
    use_cases.pack_of(uow).check_reason("cancel_engagement", body.reason_code)
    return _shown(uow, await use_cases.cancel_engagement(uow, engagement_id, body.reason_code))


@routes.post(
    "/{engagement_id}/rate",
    dependencies=allow(ProviderRole, ClientRole),
    responses=problems(domain.EngagementIsActive, domain.RatingIsGiven),
)
async def rate_engagement(engagement_id: UUID, body: Rate, uow: Uow) -> EngagementOut:
    """Say how the other side was, once, after the end; each side reads the other when both have spoken."""
    engagement = await uow.get(Engagement, engagement_id)
    rated = domain.rate(engagement, body.score, body.comment, by=uow.principal, at=uow.now())
    return _shown(uow, uow.save(*rated))


def _shown(uow: Uow, engagement: Engagement) -> EngagementOut:
    return EngagementOut.of(engagement, domain.side_of(engagement, uow.principal))
