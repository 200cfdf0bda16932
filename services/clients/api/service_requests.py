"""Service requests: what companies ask for."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.pack import ExtraDoesNotFit, fit_extra
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Client as ClientRole
from contracts.principals import Officer
from services.clients import use_cases
from services.clients.domain import service_requests as domain
from services.clients.domain.clients import Client, ClientIsNotQualified
from services.clients.domain.consents import Consent, agreement_to_share
from services.clients.domain.service_requests import ServiceRequest
from services.clients.domain.sites import Site, SiteIsClosed
from services.clients.schemas import ServiceRequestOut, SubmitServiceRequest

routes = Routes("/v1/service-requests")


@routes.get("", dependencies=allow(Officer, ClientRole))
async def list_service_requests(
    uow: Uow,
    client_id: UUID | None = None,
    status: str | None = None,
    kind: str | None = None,
    external_ref: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ServiceRequestOut]:
    """What companies asked for."""
    wanted = equal(ServiceRequest, client_id=client_id, status=status, kind=kind, external_ref=external_ref)
    found, more = await page_of(uow, ServiceRequest, *wanted, cursor=cursor, limit=limit)
    return Page(items=[ServiceRequestOut.of(each) for each in found], next=more)


@routes.post(
    "",
    dependencies=allow(Officer, ClientRole),
    responses=problems(
        ClientIsNotQualified,
        domain.ConsentIsMissing,
        domain.SiteIsOfAnotherClient,
        SiteIsClosed,
        domain.ProgrammeIsUnknown,
        domain.PeriodIsReversed,
        ExtraDoesNotFit,
    ),
)
async def submit_service_request(body: SubmitServiceRequest, uow: Uow) -> ServiceRequestOut:
    """Ask for a service; matching hears of it and looks for a provider."""
    client = await uow.read(Client, body.client_id)
    site = await uow.read(Site, body.site_id)
    wish = body.wish()
    if wish.programme_code is not None and uow.pack.programme(wish.programme_code) is None:
        raise domain.ProgrammeIsUnknown(programme_code=wish.programme_code)
    fit_extra(use_cases.pack_of(uow).service_request_fields, wish.extra)
    consent = agreement_to_share(await uow.all(Consent, client_id=client.id), at=uow.now())
    if consent is not None:
        await uow.read(Consent, consent.id)  # of a withdrawal at the same moment and this, one is refused
    return ServiceRequestOut.of(
        uow.save(*domain.submit(client, site, wish, consented=consent is not None, id=uow.new_id(), by=uow.principal))
    )


@routes.get("/{request_id}", dependencies=allow(Officer, ClientRole))
async def read_service_request(request_id: UUID, uow: Uow) -> ServiceRequestOut:
    """One service request."""
    return ServiceRequestOut.of(await uow.read(ServiceRequest, request_id))


@routes.post(
    "/{request_id}/cancel",
    dependencies=allow(Officer, ClientRole),
    responses=problems(domain.RequestCannotBeCancelled),
)
async def cancel_service_request(request_id: UUID, uow: Uow) -> ServiceRequestOut:
    """Ask to cancel; it is off when matching says so, for an acceptance may have come first."""
    return ServiceRequestOut.of(uow.save(*domain.cancel(await uow.get(ServiceRequest, request_id))))
