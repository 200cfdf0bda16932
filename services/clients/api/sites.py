"""Sites: the plants of a company."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Client as ClientRole
from contracts.principals import Officer
from contracts.refusals import OutsideTerritory
from contracts.values import Place
from services.clients import use_cases
from services.clients.domain import sites as domain
from services.clients.domain.clients import Client, ProvinceIsUnknown
from services.clients.domain.sites import Site
from services.clients.schemas import ChangeSite, OpenSite, SiteOut

routes = Routes("/v1/sites")


def _place(uow: Uow, body: OpenSite | ChangeSite) -> Place:
    scheme = use_cases.scheme_of(uow, body.country) if body.province else None
    return Place(country=body.country, province=body.province, scheme=scheme)


@routes.get("", dependencies=allow(Officer, ClientRole))
async def list_sites(
    uow: Uow, client_id: UUID | None = None, status: str | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[SiteOut]:
    """The plants you may see."""
    wanted = equal(Site, client_id=client_id, status=status)
    found, more = await page_of(uow, Site, *wanted, cursor=cursor, limit=limit)
    return Page(items=[SiteOut.of(each) for each in found], next=more)


@routes.post("", dependencies=allow(Officer), responses=problems(OutsideTerritory, ProvinceIsUnknown))
async def open_site(body: OpenSite, uow: Uow) -> SiteOut:
    """Record a plant of a company."""
    client = await uow.read(Client, body.client_id)
    return SiteOut.of(await use_cases.open_site(uow, client, body.name, body.address, _place(uow, body)))


@routes.get("/{site_id}", dependencies=allow(Officer, ClientRole))
async def read_site(site_id: UUID, uow: Uow) -> SiteOut:
    """One plant."""
    return SiteOut.of(await uow.read(Site, site_id))


@routes.patch(
    "/{site_id}",
    dependencies=allow(Officer),
    responses=problems(OutsideTerritory, ProvinceIsUnknown, domain.SiteIsClosed),
)
async def change_site(site_id: UUID, body: ChangeSite, uow: Uow) -> SiteOut:
    """Correct a plant's name or place."""
    site = await uow.get(Site, site_id)
    client, place = await uow.read(Client, site.client_id), _place(uow, body)
    use_cases.check_place(uow, place)
    home = use_cases.home_of(uow)
    return SiteOut.of(
        uow.save(*domain.change_site(site, client, body.name, body.address, place, by=uow.principal, home=home))
    )


@routes.post("/{site_id}/close", dependencies=allow(Officer), responses=problems(domain.SiteIsClosed))
async def close_site(site_id: UUID, uow: Uow) -> SiteOut:
    """The plant no longer works."""
    return SiteOut.of(uow.save(*domain.close(await uow.get(Site, site_id))))
