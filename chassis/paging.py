"""Keyset pages: what comes after the last id, at most so many, within the principal's rows."""

from typing import TypeVar

import sqlalchemy as sa

from chassis.http import page_after
from chassis.store.mapping import mapped
from chassis.unit_of_work import UnitOfWork

T = TypeVar("T")


async def page_of(
    uow: UnitOfWork, cls: type[T], *where: sa.ColumnElement[bool], cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """A page of a class's rows in the order of their ids, and the cursor of the next page."""
    mapping, after = mapped(cls), page_after(cursor)
    chosen = sa.select(mapping.table).where(uow.scope(cls), *where).order_by(mapping.table.c.id).limit(limit + 1)
    if after is not None:
        chosen = chosen.where(mapping.table.c.id > after)
    rows = await uow.fetch(chosen)
    more = str(rows[limit - 1][0]) if len(rows) > limit else None
    return [mapping.state(row) for row in rows[:limit]], more


def equal(cls: type[object], **wanted: object) -> list[sa.ColumnElement[bool]]:
    """The filters a caller gave: each column equal to its value, those left out ignored."""
    columns = mapped(cls).table.c
    return [columns[name] == value for name, value in wanted.items() if value is not None]
