"""Many companies without the hours of taking them in: real rows, written by the product, copied inside the database."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from chassis.store.mapping import Mapped
from chassis.store.port import Batch, Put, Store
from chassis.store.postgres import PostgresStore

Kind = Literal["id", "text"]
IDS = "01990000-0000-7000-8000-"
BATCH = 500
HIGHEST = 999_999_999


async def copy(
    store: Store, table: sa.Table, like: sa.ColumnElement[bool], other: Mapping[str, Kind], count: int
) -> None:
    """The row that is like this, so many times more: these columns otherwise in each, ids alike in every table."""
    is_postgres = isinstance(store, PostgresStore)
    number: sa.ColumnElement[int] = sa.literal_column("n")
    series = (
        sa.select(sa.func.generate_series(1, count).label("n")).subquery("numbers")
        if is_postgres
        else _numbers_up_to(count)
    )
    drawn = [column.name for column in table.c if column.autoincrement is True]
    kept = [column for column in table.c if column.name not in drawn]
    values = [_unlike(other[each.name], number, is_postgres) if each.name in other else each for each in kept]
    chosen = sa.select(*values).select_from(table.join(series, sa.true())).where(like)
    await store.execute(sa.insert(table).from_select([each.name for each in kept], chosen))


def _numbers_up_to(count: int) -> sa.CTE:
    first = sa.select(sa.literal_column("1").label("n")).cte("numbers", recursive=True)
    return first.union_all(sa.select(first.c.n + 1).where(first.c.n < count))


def _unlike(kind: Kind, number: sa.ColumnElement[Any], is_postgres: bool) -> sa.ColumnElement[Any]:
    if is_postgres:
        digits = sa.func.lpad(sa.cast(number, sa.Text), 12, "0")
        return sa.cast(IDS + digits, sa.Uuid) if kind == "id" else "crowd " + digits
    digits = sa.func.printf("%012d", number)
    return sa.literal(IDS if kind == "id" else "crowd ", sa.Text).op("||")(digits)


async def keep(store: Store, mapping: Mapped[Any], rows: Sequence[Any]) -> None:
    """Rows of the product's own classes, as it writes them."""
    for begin in range(0, len(rows), BATCH):
        part = rows[begin : begin + BATCH]
        await store.commit(Batch([Put(mapping.table, mapping.row(row)) for row in part]))


async def settled(store: Store) -> None:
    """What a server does by itself some minutes after so many rows have come."""
    if isinstance(store, PostgresStore):
        await store.execute(sa.text("ANALYZE"))
