"""Where something happened, and what of it a reader may count."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.route import Uow
from services.impact.domain.periods import Period
from services.impact.domain.readers import Reach
from services.impact.domain.stages import By
from services.impact.domain.suppression import TOTAL
from services.impact.models import (
    clients,
    sites,
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrower than what the reader may see; None is no filter."""

    province: str | None = None
    programme: str | None = None
    year: int | None = None
    period: Period | None = None


NO_FILTER = Filters()


def home_country(uow: Uow) -> str:
    return uow.pack.country.country


def filed_under(by: By | None, rows: sa.Table, home: str) -> sa.ColumnElement[Any]:
    """What a row is filed under. A site without a province stands in its company's, abroad the country is enough."""
    match by:
        case "province":
            country, province = place_of()
            return sa.case((country == home, province), else_=country)
        case "isic_division":
            return clients.table.c.isic_division
        case "year":
            return rows.c.year
        case "programme":
            return rows.c.programme_code
        case _:
            return sa.null()


def place_of() -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    site, company = sites.table.c, clients.table.c
    country = sa.func.coalesce(site.country, company.country)
    return country, sa.func.coalesce(site.province, sa.case((company.country == country, company.province)))


def figures_over(
    uow: Uow, rows: sa.Table, reach: Reach, filters: Filters, by: By | None, *figures: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """A select of figures per heading over the rows a reader may count."""
    home = home_country(uow)
    heading = filed_under(by, rows, home)
    joined = rows.outerjoin(sites.table, sites.table.c.site_id == rows.c.site_id).outerjoin(
        clients.table, clients.table.c.client_id == rows.c.client_id
    )
    where: list[sa.ColumnElement[bool]] = []
    if reach.provinces is not None:
        country, province = place_of()
        where += [country == home, province.in_(sorted(reach.provinces))]
    if reach.programmes is not None:
        where.append(rows.c.programme_code.in_(sorted(reach.programmes)))
    if filters.province is not None:
        where.append(filed_under("province", rows, home) == filters.province)
    if filters.programme is not None:
        where.append(rows.c.programme_code == filters.programme)
    if filters.year is not None:
        where.append(rows.c.year == filters.year)
    if filters.period is not None:
        where.append(rows.c.year.between(filters.period.first, filters.period.last))
    chosen = sa.select(heading.label("heading"), *figures).select_from(joined).where(*where)
    # By its label: to PostgreSQL the same expression with its own parameters would be another one.
    return chosen if by is None else chosen.group_by(sa.literal_column("heading"))


def heading_of(heading: Any, by: By | None) -> Any:
    return TOTAL if by is None else heading or None
