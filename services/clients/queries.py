"""Which rows of the clients service belong to whom, and what a rule needs to know beside them."""

from uuid import UUID

import sqlalchemy as sa

from chassis.auth import inside, own, rows_of
from chassis.route import Uow
from chassis.unit_of_work import Scope
from contracts.principals import Principal, Role
from services.clients.domain.clients import Client
from services.clients.domain.consents import Consent, agreement_to_share
from services.clients.domain.service_requests import ServiceRequest
from services.clients.domain.sites import Site
from services.clients.models import clients, consents, readers, service_requests, sites

EVERYWHERE = (Role.REVIEWER, Role.VERIFIER, Role.ADMINISTRATOR, Role.SYSTEM)


def _works_for(client_id: sa.ColumnElement[UUID], reader: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Clients of a current engagement."""
    grants = readers.table.c
    return client_id.in_(sa.select(grants.client_id).where(reader, grants.is_active.is_(True)))


def client_scope(who: Principal) -> sa.ColumnElement[bool]:
    """Officers by territory, the client itself, and whoever works for it now."""
    columns = clients.table.c
    return rows_of(
        who,
        EVERYWHERE,
        (Role.OFFICER, inside(who, columns.territory)),
        (Role.CLIENT, own(columns.id, who.client_id)),
        (Role.PROVIDER, _works_for(columns.id, own(readers.table.c.provider_id, who.provider_id))),
        (Role.ASSESSOR, _works_for(columns.id, own(readers.table.c.person_id, who.person_id))),
    )


def member_scope(table: sa.Table) -> Scope:
    """Rows of a client's thread: officers by the row's territory, the client its own."""

    def scope(who: Principal) -> sa.ColumnElement[bool]:
        return rows_of(
            who,
            EVERYWHERE,
            (Role.OFFICER, inside(who, table.c.territory)),
            (Role.CLIENT, own(table.c.client_id, who.client_id)),
        )

    return scope


scopes: dict[type[object], Scope] = {
    Client: client_scope,
    Site: member_scope(sites.table),
    Consent: member_scope(consents.table),
    ServiceRequest: member_scope(service_requests.table),
}


async def agreed_to_share(uow: Uow, client_id: UUID) -> bool:
    """Whether the company agrees to share with providers now, whoever asks."""
    stored = await uow.fetch(sa.select(consents.table).where(consents.table.c.client_id == client_id))
    return agreement_to_share([consents.state(row) for row in stored], at=uow.now()) is not None
