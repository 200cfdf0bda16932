"""Where clients and sites are: what opening an assessment needs to know of them."""

import dataclasses

from chassis.consumer import Projections, View
from contracts.clients import ClientChanged, ClientRegistered, SiteChanged, SiteClosed, SiteOpened
from services.assessments.models import KnownClient, KnownSite

projections = Projections(KnownClient, KnownSite)


@projections.on(ClientRegistered, ClientChanged)
async def know_client(event: ClientRegistered | ClientChanged, view: View) -> None:
    view.put(KnownClient(event.client_id, event.country, event.province, event.sender, event.row_key))


@projections.on(SiteOpened, SiteChanged)
async def know_site(event: SiteOpened | SiteChanged, view: View) -> None:
    view.put(KnownSite(event.site_id, event.client_id, event.country, event.province, is_open=True))


@projections.on(SiteClosed)
async def close_site(event: SiteClosed, view: View) -> None:
    site = await view.find(KnownSite, site_id=event.site_id)
    if site is not None:
        view.put(dataclasses.replace(site, is_open=False))
