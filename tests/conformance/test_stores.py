"""One suite for both stores: what SQLite promises, PostgreSQL promises."""

import asyncio
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from chassis.store.port import Batch, Clash, Guard, Insert, Put, Store, StoreError, Violated
from chassis.store.types import InexactAmount
from tests.kit.stores import (
    Line,
    NameIsTaken,
    Thing,
    count,
    inserted,
    journal,
    line,
    lines,
    outcomes,
    settings,
    stored,
    things,
    updated,
)

# Writing


async def test_what_is_inserted_is_read_back(store: Store) -> None:
    thing = Thing(uuid4(), "pump")
    await store.commit(Batch([inserted(thing), line(thing.id, "made")]))
    assert await stored(store) == {thing.id: thing}
    assert [row[1:] for row in await store.fetch(sa.select(lines.table))] == [(thing.id, "made")]


async def test_an_update_replaces_the_row_of_the_expected_version(store: Store) -> None:
    thing = Thing(uuid4(), "pump", number=7)
    await store.commit(Batch([inserted(thing)]))
    changed = replace(thing, name="valve", number=None, version=2)
    await store.commit(Batch([updated(changed, 1)]))
    assert await stored(store) == {thing.id: changed}


@pytest.mark.parametrize("version", [1, 3])
async def test_an_update_of_another_version_is_a_clash(store: Store, version: int) -> None:
    thing = Thing(uuid4(), "pump", version=2)
    await store.commit(Batch([inserted(thing)]))
    with pytest.raises(Clash) as clash:
        await store.commit(Batch([updated(replace(thing, name="valve"), version)]))
    assert (clash.value.table, clash.value.id) == ("things", thing.id)
    assert await stored(store) == {thing.id: thing}


async def test_an_update_of_a_row_that_is_gone_is_a_clash(store: Store) -> None:
    with pytest.raises(Clash):
        await store.commit(Batch([updated(Thing(uuid4(), "pump"), 1)]))


async def test_a_put_makes_the_row_or_replaces_it(store: Store) -> None:
    for value in ("one", None, "three"):
        await store.commit(Batch([Put(settings.table, {"group": "a", "order": 1, "value": value})]))
        assert await store.fetch(sa.select(settings.table)) == [("a", 1, value)]


async def test_the_last_of_two_puts_of_one_row_counts(store: Store) -> None:
    rows = [{"group": "a", "order": order, "value": value} for order, value in ((1, "x"), (2, "y"), (1, "z"))]
    await store.commit(Batch([Put(settings.table, row) for row in rows]))
    found = await store.fetch(sa.select(settings.table).order_by(settings.table.c.order))
    assert found == [("a", 1, "z"), ("a", 2, "y")]


async def test_a_guard_lets_pass_only_its_version(store: Store) -> None:
    relied = Thing(uuid4(), "pump", version=4)
    await store.commit(Batch([inserted(relied)]))
    await store.commit(Batch([line(relied.id, "seen")], [Guard(things.table, relied.id, 4)]))
    for wrong in (Guard(things.table, relied.id, 3), Guard(things.table, uuid4(), 4)):
        with pytest.raises(Clash) as clash:
            await store.commit(Batch([line(relied.id, "not seen")], [wrong]))
        assert (clash.value.table, clash.value.id) == ("things", wrong.id)
    assert await count(store, lines.table) == 1


async def test_a_row_may_be_guarded_and_updated_in_one_unit(store: Store) -> None:
    thing = Thing(uuid4(), "pump")
    await store.commit(Batch([inserted(thing)]))
    guards = [Guard(things.table, thing.id, 1)]
    await store.commit(Batch([updated(replace(thing, version=2), 1)], guards))
    with pytest.raises(Clash):
        await store.commit(Batch([updated(replace(thing, version=3), 2)], guards))


async def test_a_taken_unique_key_names_its_columns_and_the_row_that_met_it(store: Store) -> None:
    await store.commit(Batch([inserted(Thing(uuid4(), "pump", "O'Hara, (north)"))]))
    rows = [Thing(uuid4(), "valve", "O'Hara, (north)"), Thing(uuid4(), "pump", "O'Hara, (north)")]
    with pytest.raises(Violated) as met:
        await store.commit(Batch([inserted(row) for row in rows]))
    assert (met.value.table, met.value.columns) == ("things", frozenset({"place", "name"}))
    assert met.value.row["id"] == rows[1].id
    refusal = things.refusal_of(met.value.columns, met.value.row)
    assert isinstance(refusal, NameIsTaken)
    assert refusal.params == {"name": "pump", "place": "O'Hara, (north)"}


async def test_a_taken_primary_key_is_named_too(store: Store) -> None:
    thing = Thing(uuid4(), "pump")
    await store.commit(Batch([inserted(thing)]))
    with pytest.raises(Violated) as met:
        await store.commit(Batch([inserted(replace(thing, name="valve"))]))
    assert (met.value.table, met.value.columns) == ("things", frozenset({"id"}))


async def test_an_update_into_a_taken_key_is_refused(store: Store) -> None:
    one, other = Thing(uuid4(), "pump"), Thing(uuid4(), "valve")
    await store.commit(Batch([inserted(one), inserted(other)]))
    with pytest.raises(Violated) as met:
        await store.commit(Batch([updated(replace(other, name="pump", version=2), 1)]))
    assert met.value.row["id"] == other.id


async def test_a_unit_is_written_whole_or_not_at_all(store: Store) -> None:
    one, other = Thing(uuid4(), "pump"), Thing(uuid4(), "valve")
    await store.commit(Batch([inserted(one)]))
    put = Put(settings.table, {"group": "a", "order": 1, "value": "x"})
    with pytest.raises(Clash):
        await store.commit(Batch([inserted(other), line(one.id, "x"), put, updated(replace(one, version=9), 8)]))
    with pytest.raises(Violated):
        await store.commit(Batch([put, line(one.id, "x"), updated(replace(one, version=2), 1), inserted(one)]))
    assert await stored(store) == {one.id: one}
    assert await count(store, lines.table) == await count(store, settings.table) == 0


async def test_numbers_are_given_in_the_order_of_the_rows(store: Store) -> None:
    thing_id = uuid4()
    await store.commit(Batch([line(thing_id, str(n)) for n in range(100)]))
    await store.commit(Batch([Insert(lines.table, lines.row(Line(None, thing_id, "100")))]))
    found = await store.fetch(sa.select(lines.table).order_by(lines.table.c.position))
    assert [row[2] for row in found] == [str(n) for n in range(101)]
    assert len({row[0] for row in found}) == 101


async def test_execute_writes_all_statements_and_counts_the_rows_of_the_last(store: Store) -> None:
    await store.commit(Batch([line(uuid4(), "a"), line(uuid4(), "a"), line(uuid4(), "b")]))
    text = lines.table.c.text
    assert await store.execute(sa.update(lines.table).where(text == "a").values(text="c")) == 2
    assert await store.execute(sa.delete(lines.table).where(text == "b"), sa.delete(lines.table)) == 2
    assert await store.execute(sa.delete(lines.table)) == 0
    assert await store.execute(CreateTable(sa.Table("more", sa.MetaData(), sa.Column("x", sa.Text)))) == 0


async def test_execute_is_all_or_nothing_and_names_a_taken_key(store: Store) -> None:
    row = {"group": "a", "order": 1, "value": "x"}
    insert = sa.insert(settings.table).values(**row)
    with pytest.raises(Violated) as met:
        await store.execute(insert, insert)
    assert (met.value.table, met.value.columns) == ("settings", frozenset({"group", "order"}))
    assert await count(store, settings.table) == 0


# At the same moment


async def test_a_refused_unit_harms_none_of_fifty_neighbours(store: Store) -> None:
    first = Thing(uuid4(), "pump")
    await store.commit(Batch([inserted(first)]))
    names = ["pump" if n in (7, 31) else f"thing {n}" for n in range(50)]
    got = await outcomes(*[store.commit(Batch([inserted(Thing(uuid4(), name))])) for name in names])
    assert [n for n, outcome in enumerate(got) if isinstance(outcome, Violated)] == [7, 31]
    assert [outcome for n, outcome in enumerate(got) if n not in (7, 31)] == [None] * 48
    assert sorted(each.name for each in (await stored(store)).values()) == sorted({*names})


async def test_a_mistaken_value_harms_only_its_own_unit(store: Store) -> None:
    wrong = {3: Thing(uuid4(), "3", number=2**63), 5: Thing(uuid4(), "5", price=Decimal("0.00001"))}
    batches = [Batch([inserted(wrong.get(n) or Thing(uuid4(), str(n)))]) for n in range(20)]
    got = await outcomes(*map(store.commit, batches))
    assert [n for n, outcome in enumerate(got) if outcome is not None] == [3, 5]
    assert not isinstance(got[3], StoreError)
    assert isinstance(got[5], InexactAmount)
    assert await count(store, things.table) == 18


async def test_of_two_units_changing_one_row_at_once_the_second_clashes(store: Store) -> None:
    thing = Thing(uuid4(), "pump")
    await store.commit(Batch([inserted(thing)]))
    both = [updated(replace(thing, name=name, version=2), 1) for name in ("first", "second")]
    got = await outcomes(*[store.commit(Batch([each])) for each in both])
    assert [type(each) for each in got] == [type(None), Clash]
    assert (await stored(store))[thing.id].name == "first"


async def test_units_that_rely_on_each_others_rows_do_not_both_pass(store: Store) -> None:
    one, other = Thing(uuid4(), "pump"), Thing(uuid4(), "valve")
    await store.commit(Batch([inserted(one), inserted(other)]))
    got = await outcomes(
        store.commit(Batch([updated(replace(one, version=2), 1)], [Guard(things.table, other.id, 1)])),
        store.commit(Batch([updated(replace(other, version=2), 1)], [Guard(things.table, one.id, 1)])),
    )
    assert [type(each) for each in got] == [type(None), Clash]


async def test_puts_of_one_row_at_once_all_pass(store: Store) -> None:
    rows = [{"group": "a", "order": 1, "value": str(n)} for n in range(50)]
    await asyncio.gather(*[store.commit(Batch([Put(settings.table, row)])) for row in rows])
    assert await store.fetch(sa.select(settings.table)) == [("a", 1, "49")]


async def test_no_update_is_lost_among_fifty_writers_of_one_row(store: Store) -> None:
    thing = Thing(uuid4(), "pump", number=0)
    await store.commit(Batch([inserted(thing)]))

    async def count_up() -> None:
        while True:
            old = (await stored(store))[thing.id]
            assert old.number is not None
            try:
                new = replace(old, number=old.number + 1, version=old.version + 1)
                return await store.commit(Batch([updated(new, old.version), line(thing.id, str(new.number))]))
            except Clash:
                await asyncio.sleep(random.random() / 100)

    await asyncio.gather(*[count_up() for _ in range(50)])
    assert (await stored(store))[thing.id] == replace(thing, number=50, version=51)
    written = [row[2] for row in await store.fetch(sa.select(lines.table).order_by(lines.table.c.position))]
    assert written == [str(n) for n in range(1, 51)]


async def test_a_reader_of_a_table_in_order_misses_nothing(store: Store) -> None:
    async def write(writer: int) -> None:
        for number in range(50):
            rows = [{"writer": writer, "number": number * 3 + n} for n in range(3)]
            await store.commit(Batch([Insert(journal.table, row) for row in rows]))

    writing = asyncio.gather(*[write(writer) for writer in range(6)])
    seen: list[tuple[Any, ...]] = []
    done = False
    while not done:
        done = writing.done()
        last = seen[-1][0] if seen else 0
        after = sa.select(journal.table).where(journal.table.c.position > last).order_by(journal.table.c.position)
        seen += await store.fetch(after)
        await asyncio.sleep(0.002)
    await writing
    assert [[row[2] for row in seen if row[1] == writer] for writer in range(6)] == [[*range(150)]] * 6


async def test_cancelled_callers_leave_nothing_half_written(store: Store) -> None:
    units = [Thing(uuid4(), str(n)) for n in range(200)]
    heard: list[Batch] = []
    store.on_commit(heard.append)

    async def work(thing: Thing) -> None:
        await store.commit(Batch([inserted(thing), line(thing.id, "made")]))
        await store.fetch(sa.select(things.table).where(things.table.c.id == thing.id))

    tasks = [asyncio.create_task(work(thing)) for thing in units]
    chance = random.Random(200)
    for task in chance.sample(tasks, 100):
        await asyncio.sleep(chance.random() / 2_000)
        task.cancel()
    got = await outcomes(*tasks)
    await store.commit(Batch([inserted(Thing(uuid4(), "last"))]))
    found = await stored(store)
    assert {row[1] for row in await store.fetch(sa.select(lines.table))} == {
        each.id for each in found.values() if each.name != "last"
    }
    assert {thing.id for thing, outcome in zip(units, got, strict=True) if outcome is None} <= set(found)
    assert len(heard) == len(found)
    await asyncio.gather(*[store.fetch(sa.select(things.table)) for _ in range(20)])  # no connection is missing
