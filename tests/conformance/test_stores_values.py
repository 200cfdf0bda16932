"""What goes into a store comes out of it unchanged, and the databases compare and add it alike."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis.store.port import Batch, Store
from chassis.store.types import Exact, InexactAmount
from tests.kit.stores import Colour, Part, Thing, count, inserted, lines, stored, things

PRICES = ["0", "-0.0001", "0.1", "0.2", "1234567890.1234", "922337203685477.5807", "-922337203685477.5807"]
MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(987, 6, 5, 4, 3, 2, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=7))),
    datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=timezone(-timedelta(hours=11, minutes=30))),
    datetime(9999, 12, 31, 23, 59, 59, 999998, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]


def each(**values: list[Any]) -> list[Thing]:
    ((name, variants),) = values.items()
    return [Thing(uuid4(), str(n), **{name: value}) for n, value in enumerate(variants)]


@pytest.mark.parametrize(
    "some",
    [
        each(price=[Decimal(price) for price in PRICES]),
        each(at=MOMENTS),
        each(on=[date(1, 1, 1), date(987, 6, 5), date(2028, 2, 29), date(9999, 12, 30), date(9999, 12, 31)]),
        each(number=[0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]),
        each(picture=[b"", b"\0\xff\\x00'\"{}", bytes(range(256)) * 100]),
        each(good=[True, False, None]),
        each(colour=[Colour.RED, None]),
        each(place=["", "NULL", "null", "{a,b}", '"', "\\", "Đà Nẵng ភ្នំពេញ ວຽງຈັນ 🌱", "O'Hara\n\t", "x" * 100_000]),
        each(
            parts=[(), (Part("a", Decimal("1.10"), date(2026, 1, 2)), Part("'\"\\", Decimal("1E-9"), date.max)), None]
        ),
        [Thing(id=UUID(int=number), name=str(number)) for number in (0, 1, 2**128 - 1)],
    ],
    ids=["money", "moments", "dates", "integers", "bytes", "truth", "enums", "text", "documents", "ids"],
)
async def test_a_value_travels_exactly(store: Store, some: list[Thing]) -> None:
    await store.commit(Batch([inserted(thing) for thing in some[:1]]))
    await store.commit(Batch([inserted(thing) for thing in some[1:]]))
    found = await stored(store)
    assert found == {thing.id: thing for thing in some}
    for thing in some:
        back = found[thing.id]
        assert [type(getattr(back, name)) for name in things.fields if name != "id"] == [
            type(getattr(thing, name)) for name in things.fields if name != "id"
        ]
        assert back.at is None or back.at.utcoffset() == timedelta(0)
        assert isinstance(back.id, UUID)


async def test_a_money_value_has_four_places_on_both(store: Store) -> None:
    await store.commit(Batch([inserted(thing) for thing in each(price=[Decimal("1.5"), Decimal("-2"), Decimal(0)])]))
    statement = sa.select(things.table.c.price).order_by(things.table.c.name)
    assert [str(row[0]) for row in await store.fetch(statement)] == ["1.5000", "-2.0000", "0.0000"]


@pytest.mark.parametrize(
    "price", ["0.00001", "922337203685477.5808", "1.00000000000000000000000000001", "1e400", "NaN", "Infinity"]
)
async def test_a_figure_that_would_not_be_exact_is_refused(store: Store, price: str) -> None:
    with pytest.raises(InexactAmount):
        await store.commit(Batch([inserted(Thing(uuid4(), "pump", price=Decimal(price)))]))
    assert await count(store, things.table) == 0


async def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="zone"):
        await store.commit(Batch([inserted(Thing(uuid4(), "pump", at=datetime(2026, 1, 1)))]))  # noqa: DTZ001


async def test_sums_are_exact(store: Store) -> None:
    prices = [Decimal("0.1")] * 1_000 + [Decimal("900719925474.0993"), Decimal("-0.0001")]
    some = [Thing(uuid4(), str(n), price=price, number=2**40 + n) for n, price in enumerate(prices)]
    await store.commit(Batch([inserted(thing) for thing in some]))
    price, number = things.table.c.price, things.table.c.number
    sums = sa.select(sa.func.sum(price), sa.func.sum(number), sa.func.max(number), sa.func.count())
    found = (await store.fetch(sums))[0]
    assert found == (Decimal("900719925574.0992"), 1_002 * 2**40 + 501_501, 2**40 + 1_001, 1_002)
    assert [type(value) for value in found] == [Decimal, int, int, int]
    nothing = sa.select(sa.func.sum(price), sa.func.coalesce(sa.func.sum(price), 0)).where(number < 0)
    assert [str(value) for value in (await store.fetch(nothing))[0]] == ["None", "0.0000"]


async def test_values_are_compared_as_what_they_are(store: Store) -> None:
    prices = [Decimal(price) for price in ("-1", "2", "10", "9.5")]
    await store.commit(Batch([inserted(thing) for thing in each(price=prices)]))
    price = things.table.c.price
    found = await store.fetch(sa.select(price).where(price > Decimal("-0.5")).order_by(price.desc()))
    assert [row[0] for row in found] == [10, Decimal("9.5"), 2]


async def test_moments_sort_as_time_and_are_found_by_any_zone(store: Store) -> None:
    await store.commit(Batch([inserted(thing) for thing in each(at=MOMENTS)]))
    at = things.table.c.at
    found = [row[0] for row in await store.fetch(sa.select(at).order_by(at))]
    assert found == sorted(MOMENTS)
    same = MOMENTS[3].astimezone(timezone(timedelta(hours=-3)))
    assert await store.fetch(sa.select(at).where(at == same)) == [(MOMENTS[3],)]
    assert len(await store.fetch(sa.select(at).where(at < datetime(1000, 1, 1, tzinfo=UTC)))) == 2


async def test_null_is_kept_apart_from_empty(store: Store) -> None:
    await store.commit(Batch([inserted(Thing(uuid4(), "empty", parts=(), picture=b"")), inserted(Thing(uuid4(), "-"))]))
    without = sa.select(things.table.c.name).where(things.table.c.parts.is_(None), things.table.c.picture.is_(None))
    assert await store.fetch(without) == [("-",)]


# Statements


async def test_a_thousand_selects_of_one_shape_are_compiled_once(store: Store) -> None:
    def select(n: int) -> Any:
        return sa.select(things.table).where(things.table.c.id == UUID(int=n), things.table.c.price < n).limit(n + 1)

    statements = store.statements  # type: ignore[attr-defined]
    for n in range(1_000):
        await store.fetch(select(n))
    hits, misses = statements.hits, statements.misses
    for n in range(1_000):
        await store.fetch(select(n))
    assert (statements.hits - hits, statements.misses - misses) == (1_000, 0)
    assert misses < 20


async def test_what_cannot_be_cached_is_not_counted_as_a_hit(store: Store) -> None:
    class Uncached(sa.types.UserDefinedType[str]):
        cache_ok = False

        def get_col_spec(self, **kw: Any) -> str:
            return "TEXT"

    statements = store.statements  # type: ignore[attr-defined]
    hits, misses = statements.hits, statements.misses
    for _ in range(10):
        found = await store.fetch(sa.select(sa.type_coerce(things.table.c.name, Uncached())))
        assert found == []
    assert (statements.hits - hits, statements.misses - misses) == (0, 10)


async def test_lists_of_any_length_need_few_texts_and_find_what_they_name(store: Store) -> None:
    some = [Thing(UUID(int=n), str(n)) for n in range(100)]
    await store.commit(Batch([inserted(thing) for thing in some]))
    texts = set()
    for length in range(100):
        wanted = [thing.id for thing in some[:length]]
        among = sa.select(things.table.c.id).where(things.table.c.id.in_(wanted))
        others = sa.select(sa.func.count()).where(things.table.c.id.not_in(wanted))
        assert {row[0] for row in await store.fetch(among)} == set(wanted)
        assert await store.fetch(others) == [(100 - length,)]
        texts.add(store.statements.ready(among).sql)  # type: ignore[attr-defined]
    assert len(texts) == 9


async def test_a_heavy_read_gives_the_same_rows(store: Store) -> None:
    await store.commit(Batch([inserted(thing) for thing in each(price=[Decimal(n) for n in range(500)])]))
    statement = sa.select(things.table).order_by(things.table.c.name)
    assert await store.fetch(statement, heavy=True) == await store.fetch(statement)


async def test_a_statement_that_is_wrong_is_not_the_databases_fault(store: Store) -> None:
    for wrong in (
        sa.select(sa.text("x")).select_from(sa.text("nowhere")),
        sa.select(sa.cast(sa.null(), Exact).op("?")(1)),
    ):
        with pytest.raises(Exception, match=r"nowhere|syntax|operator"):
            await store.fetch(wrong)
    assert await count(store, lines.table) == 0
