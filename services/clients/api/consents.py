"""Consents: what a company agreed to."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Client as ClientRole
from contracts.principals import Officer
from services.clients import use_cases
from services.clients.domain import consents as domain
from services.clients.domain.clients import Client
from services.clients.domain.consents import Consent
from services.clients.schemas import ConsentOut, GiveConsent

routes = Routes("/v1/consents")


@routes.get("", dependencies=allow(Officer, ClientRole))
async def list_consents(
    uow: Uow,
    client_id: UUID | None = None,
    purpose: str | None = None,
    status: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ConsentOut]:
    """What companies agreed to."""
    wanted = equal(Consent, client_id=client_id, purpose=purpose, status=status)
    found, more = await page_of(uow, Consent, *wanted, cursor=cursor, limit=limit)
    return Page(items=[ConsentOut.of(each) for each in found], next=more)


@routes.post(
    "",
    dependencies=allow(Officer, ClientRole),
    responses=problems(domain.PurposeIsUnknown, domain.ConsentEndsInThePast),
)
async def give_consent(body: GiveConsent, uow: Uow) -> ConsentOut:
    """Record what a company agrees to, for what purpose and until when."""
    client = await uow.read(Client, body.client_id)
    signed = use_cases.agreement(uow, body)
    return ConsentOut.of(
        uow.save(*domain.give(client, signed, id=uow.new_id(), at=uow.now(), territory=client.territory))
    )


@routes.get("/{consent_id}", dependencies=allow(Officer, ClientRole))
async def read_consent(consent_id: UUID, uow: Uow) -> ConsentOut:
    """One consent."""
    return ConsentOut.of(await uow.read(Consent, consent_id))


@routes.post(
    "/{consent_id}/withdraw", dependencies=allow(Officer, ClientRole), responses=problems(domain.ConsentHasEnded)
)
async def withdraw_consent(consent_id: UUID, uow: Uow) -> ConsentOut:
    """Take an agreement back; open needs that rest on it are cancelled."""
    return ConsentOut.of(uow.save(*domain.withdraw(await uow.get(Consent, consent_id))))
