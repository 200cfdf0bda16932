"""Competences: what experts may be sent to do."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Officer
from contracts.principals import Provider as ProviderRole
from services.matching import use_cases
from services.matching.domain import competences as domain
from services.matching.domain.competences import Competence, CompetenceStatus
from services.matching.domain.experts import ExpertIsRetired
from services.matching.pack import CompetenceIsUnknown, ReasonIsUnknown
from services.matching.schemas.fields import Reason
from services.matching.schemas.providers import CompetenceOut, GrantCompetence

routes = Routes("/v1/competences")


@routes.get("", dependencies=allow(Officer, ProviderRole))
async def list_competences(
    uow: Uow,
    provider_id: UUID | None = None,
    person_id: UUID | None = None,
    code: str | None = None,
    status: CompetenceStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CompetenceOut]:
    """The competences you may see; expired ones among them, for validity follows from the dates."""
    wanted = equal(Competence, provider_id=provider_id, person_id=person_id, code=code, status=status)
    found, more = await page_of(uow, Competence, *wanted, cursor=cursor, limit=limit)
    return Page(items=[CompetenceOut.of(each, uow.today()) for each in found], next=more)


@routes.post(
    "",
    dependencies=allow(Officer),
    responses=problems(
        domain.CompetenceEndsBeforeItStarts, domain.ProviderIsAmbiguous, ExpertIsRetired, CompetenceIsUnknown
    ),
)
async def grant_competence(body: GrantCompetence, uow: Uow) -> CompetenceOut:
    """Record that an expert holds a competence at a level for a time."""
    use_cases.pack_of(uow).check_competence(body.code)
    expert = await use_cases.expert_of(uow, body.person_id, body.provider_id)
    competence = Competence(
        id=uow.new_id(),
        provider_id=expert.provider_id,
        person_id=expert.person_id,
        code=body.code,
        level=body.level,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        evidence=body.evidence,
    )
    return CompetenceOut.of(uow.save(*domain.grant(competence, expert)), uow.today())


@routes.get("/{competence_id}", dependencies=allow(Officer, ProviderRole))
async def read_competence(competence_id: UUID, uow: Uow) -> CompetenceOut:
    """One competence."""
    return CompetenceOut.of(await uow.read(Competence, competence_id), uow.today())


@routes.post(
    "/{competence_id}/withdraw",
    dependencies=allow(Officer),
    responses=problems(domain.CompetenceIsWithdrawn, ReasonIsUnknown),
)
async def withdraw_competence(competence_id: UUID, body: Reason, uow: Uow) -> CompetenceOut:
    """The expert no longer holds it."""
    use_cases.pack_of(uow).check_reason("withdraw_competence", body.reason_code)
    competence = await uow.get(Competence, competence_id)
    return CompetenceOut.of(uow.save(*domain.withdraw(competence, body.reason_code)), uow.today())
