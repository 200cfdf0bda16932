"""Clients and their contacts."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Administrator, Assessor, Officer, Provider, Reviewer, Verifier
from contracts.principals import Client as ClientRole
from contracts.refusals import OutsideTerritory
from services.clients import use_cases
from services.clients.domain import clients as domain
from services.clients.domain.clients import Client
from services.clients.domain.consents import SHARE_WITH_PROVIDERS
from services.clients.domain.service_requests import ConsentIsMissing
from services.clients.queries import agreed_to_share
from services.clients.schemas import ChangeClient, ClientOut, ContactsOut, Decline, PutContacts, RegisterClient

routes = Routes("/v1/clients")
READERS = (Officer, Reviewer, Verifier, Administrator, ClientRole, Provider, Assessor)


@routes.get("", dependencies=allow(*READERS))
async def list_clients(
    uow: Uow,
    status: str | None = None,
    country: str | None = None,
    province: str | None = None,
    external_ref: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ClientOut]:
    """The companies you may see."""
    wanted = equal(Client, status=status, country=country, province=province, external_ref=external_ref)
    found, more = await page_of(uow, Client, *wanted, cursor=cursor, limit=limit)
    return Page(items=[ClientOut.of(each) for each in found], next=more)


@routes.post(
    "",
    dependencies=allow(Officer),
    responses=problems(OutsideTerritory, domain.ProvinceIsUnknown, domain.ReferenceIsTaken),
)
async def register_client(body: RegisterClient, uow: Uow) -> ClientOut:
    """Take a company in."""
    scheme = use_cases.scheme_of(uow, body.country)
    return ClientOut.of(await use_cases.register_client(uow, body.facts(scheme), body.origin()))


@routes.get("/{client_id}", dependencies=allow(*READERS))
async def read_client(client_id: UUID, uow: Uow) -> ClientOut:
    """One company."""
    return ClientOut.of(await uow.read(Client, client_id))


@routes.patch(
    "/{client_id}",
    dependencies=allow(Officer, ClientRole),
    responses=problems(domain.ClientMayNotChange, domain.ProvinceIsUnknown),
)
async def change_client(client_id: UUID, body: ChangeClient, uow: Uow) -> ClientOut:
    """Correct what is known of a company; the company itself changes its extra facts only."""
    client = await uow.get(Client, client_id)
    changes = body.changes()
    if {"country", "province"} & set(changes):
        country = changes.get("country", client.country)
        changes["province_scheme"] = use_cases.scheme_of(uow, country)
    changed, *events = domain.change(client, changes, by=uow.principal, home=use_cases.home_of(uow))
    use_cases.check_facts(uow, domain.facts_of(changed))
    return ClientOut.of(uow.save(changed, *events))


@routes.post(
    "/{client_id}/qualify",
    dependencies=allow(Officer),
    responses=problems(domain.ClientLacksFacts, domain.ClientIsAlready),
)
async def qualify_client(client_id: UUID, uow: Uow) -> ClientOut:
    """The centre may serve this company: name, place and sector are known."""
    client = await uow.get(Client, client_id)
    return ClientOut.of(uow.save(*domain.qualify(client)))


@routes.post(
    "/{client_id}/decline",
    dependencies=allow(Officer),
    responses=problems(domain.ClientIsAlready, domain.ReasonIsUnknown),
)
async def decline_client(client_id: UUID, body: Decline, uow: Uow) -> ClientOut:
    """The centre will not serve this company."""
    client = await uow.get(Client, client_id)
    return ClientOut.of(uow.save(*domain.decline(client, use_cases.check_reason(uow, body.reason_code))))


@routes.get(
    "/{client_id}/contacts",
    dependencies=allow(Officer, ClientRole, Provider, Assessor),
    responses=problems(ConsentIsMissing),
)
async def read_contacts(client_id: UUID, uow: Uow) -> ContactsOut:
    """Whom to speak to; those who work for the company read it while it agrees to share."""
    client = await uow.read(Client, client_id)
    if not uow.principal.has(Officer, ClientRole) and not await agreed_to_share(uow, client_id):
        raise ConsentIsMissing(purpose=SHARE_WITH_PROVIDERS)
    return ContactsOut(client_id=client.id, version=client.version, contacts=client.contacts)


@routes.put("/{client_id}/contacts", dependencies=allow(Officer, ClientRole))
async def put_contacts(client_id: UUID, body: PutContacts, uow: Uow) -> ContactsOut:
    """Replace the contacts."""
    client = uow.save(*domain.put_contacts(await uow.get(Client, client_id), body.contacts))
    return ContactsOut(client_id=client.id, version=client.version, contacts=client.contacts)
