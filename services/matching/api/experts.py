"""Experts: the persons who work for providers."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Officer
from contracts.principals import Provider as ProviderRole
from services.matching import use_cases
from services.matching.domain import experts as domain
from services.matching.domain.experts import Expert, ExpertStatus
from services.matching.domain.providers import Provider
from services.matching.schemas.providers import AddExpert, ExpertOut

routes = Routes("/v1/experts")


@routes.get("", dependencies=allow(Officer, ProviderRole))
async def list_experts(
    uow: Uow,
    provider_id: UUID | None = None,
    person_id: UUID | None = None,
    status: ExpertStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ExpertOut]:
    """The experts you may see."""
    wanted = equal(Expert, provider_id=provider_id, person_id=person_id, status=status)
    found, more = await page_of(uow, Expert, *wanted, cursor=cursor, limit=limit)
    return Page(items=[ExpertOut.of(each) for each in found], next=more)


@routes.post(
    "",
    dependencies=allow(Officer, ProviderRole),
    responses=problems(domain.ExpertIsKnown, domain.PersonIsNamedByTheOfficer),
)
async def add_expert(body: AddExpert, uow: Uow) -> ExpertOut:
    """Record that a person works for a provider; a person new to the centre gets its id here."""
    provider = await uow.read(Provider, body.provider_id)
    if body.person_id is not None and not uow.principal.has(Officer):
        raise domain.PersonIsNamedByTheOfficer
    return ExpertOut.of(await use_cases.add_expert(uow, provider, body.full_name, body.person_id))


@routes.get("/{expert_id}", dependencies=allow(Officer, ProviderRole))
async def read_expert(expert_id: UUID, uow: Uow) -> ExpertOut:
    """One expert."""
    return ExpertOut.of(await uow.read(Expert, expert_id))


@routes.post(
    "/{expert_id}/retire", dependencies=allow(Officer, ProviderRole), responses=problems(domain.ExpertIsRetired)
)
async def retire_expert(expert_id: UUID, uow: Uow) -> ExpertOut:
    """The person no longer works for the provider."""
    return ExpertOut.of(uow.save(*domain.retire(await uow.get(Expert, expert_id))))
