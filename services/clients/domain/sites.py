"""A site: one plant of a client, in one place."""

import dataclasses
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.clients import SiteChanged, SiteClosed, SiteOpened
from contracts.principals import Principal
from contracts.refusals import OutsideTerritory, Refusal
from contracts.values import Place
from services.clients.domain.clients import Client, territory


class SiteIsClosed(Refusal):
    sentence = "The site is closed."


@dataclass(frozen=True, slots=True)
class Site:
    """`territory` is its own province, else its client's; null where neither is a province of this country."""

    id: UUID
    version: int
    client_id: UUID
    name: str
    address: str | None
    country: str
    province: str | None
    province_scheme: str | None
    territory: str | None
    status: str = "open"


def open_site(
    client: Client, name: str, address: str | None, place: Place, *, id: UUID, by: Principal, home: str
) -> tuple[Site, SiteOpened]:
    """Record a plant of the company."""
    site = _placed(Site(id, 0, client.id, name, address, "", None, None, None), client, place, by, home)
    return site, SiteOpened(**_facts_of(site))


def change_site(
    site: Site, client: Client, name: str, address: str | None, place: Place, *, by: Principal, home: str
) -> tuple[Site, SiteChanged]:
    """Correct a plant's name or place."""
    if site.status == "closed":
        raise SiteIsClosed
    changed = _placed(dataclasses.replace(site, name=name, address=address), client, place, by, home)
    return changed, SiteChanged(**_facts_of(changed))


def close(site: Site) -> tuple[Site, SiteClosed]:
    """The plant no longer works."""
    if site.status == "closed":
        raise SiteIsClosed
    return dataclasses.replace(site, status="closed"), SiteClosed(site_id=site.id, client_id=site.client_id)


def _placed(site: Site, client: Client, place: Place, by: Principal, home: str) -> Site:
    mine = territory(place.country, place.province, home)
    if mine is None and place.country == home:
        mine = client.territory
    if not by.covers(mine):
        raise OutsideTerritory(province=place.province or place.country)
    return dataclasses.replace(
        site, country=place.country, province=place.province, province_scheme=place.scheme, territory=mine
    )


def _facts_of(site: Site) -> dict[str, Any]:
    return {
        "site_id": site.id,
        "client_id": site.client_id,
        "country": site.country,
        "province": site.province,
        "province_scheme": site.province_scheme,
    }
