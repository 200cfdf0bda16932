"""Shortlists: who was judged for a job, by which rules, with which facts."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Officer, Reviewer
from contracts.principals import Provider as ProviderRole
from services.matching import use_cases
from services.matching.domain.needs import Need, NeedIsNotOpen
from services.matching.domain.shortlists import Shortlist
from services.matching.queries import candidates_of
from services.matching.schemas.needs import CandidateOut, MakeShortlist, ShortlistOut

routes = Routes("/v1/shortlists")


@routes.get("", dependencies=allow(Officer, Reviewer, ProviderRole))
async def list_shortlists(
    uow: Uow, need_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ShortlistOut]:
    """The scoring runs you may see; a provider those that have judged it."""
    found, more = await page_of(uow, Shortlist, *equal(Shortlist, need_id=need_id), cursor=cursor, limit=limit)
    return Page(items=[ShortlistOut.of(each, whole=_sees_all(uow)) for each in found], next=more)


@routes.post("", dependencies=allow(Officer), responses=problems(NeedIsNotOpen))
async def make_shortlist(body: MakeShortlist, uow: Uow) -> ShortlistOut:
    """Judge all providers anew; an unmet need is open again if one is eligible now."""
    shortlist = await use_cases.search_anew(uow, await uow.get(Need, body.need_id))
    return ShortlistOut.of(shortlist, whole=True)


@routes.get("/{shortlist_id}", dependencies=allow(Officer, Reviewer, ProviderRole))
async def read_shortlist(shortlist_id: UUID, uow: Uow) -> ShortlistOut:
    """One scoring run."""
    return ShortlistOut.of(await uow.read(Shortlist, shortlist_id), whole=_sees_all(uow))


@routes.get("/{shortlist_id}/candidates", dependencies=allow(Officer, Reviewer, ProviderRole))
async def list_candidates(shortlist_id: UUID, uow: Uow, cursor: Cursor = None, limit: Limit = 50) -> Page[CandidateOut]:
    """Every provider judged, the best first; a provider reads its own row: why me, why not me."""
    shortlist = await uow.read(Shortlist, shortlist_id)
    found, more = await candidates_of(uow, shortlist.id, cursor=cursor, limit=limit)
    return Page(items=[CandidateOut.of(each, whole=_sees_all(uow)) for each in found], next=more)


def _sees_all(uow: Uow) -> bool:
    return uow.principal.has(Officer, Reviewer)
