"""A unit of work: nothing without an event, nothing twice, turns on the row that matters, all or nothing."""

import asyncio
import dataclasses
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from chassis.store.port import Clash
from chassis.tables import answers, outbox
from chassis.unit_of_work import UnitOfWork, in_one_unit
from contracts.refusals import NotFound, StaleVersion, TooBusy
from tests.kit.room import Room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import CAUSE, OFFICER, found, loaf, oven
from tests.unit.chassis.bakery import Loaf, LoafBaked, Oven, OvenBuilt, OvenRenamed, OvenStoked


async def test_a_state_saved_without_an_event_is_an_error(here: Room) -> None:
    async with UnitOfWork(here.running.ground, CAUSE) as uow:
        with pytest.raises(TypeError, match="Oven changed without an event"):
            uow.save(Oven(new_id(), 0, "Silent"))


async def test_saving_on_from_a_stale_object_is_an_error(here: Room) -> None:
    async with UnitOfWork(here.running.ground, CAUSE) as uow:
        first = Oven(new_id(), 0, "First")
        uow.save(first, OvenBuilt(oven_id=first.id))
        with pytest.raises(RuntimeError, match="saved before"):
            uow.save(dataclasses.replace(first, heat=1), OvenStoked(oven_id=first.id))


async def test_an_event_of_another_aggregate_or_thread_is_an_error(here: Room) -> None:
    async with UnitOfWork(here.running.ground, CAUSE) as uow:
        with pytest.raises(RuntimeError, match="does not speak of this Oven"):
            uow.save(Oven(new_id(), 0, "Mine"), OvenBuilt(oven_id=new_id()))
        baked = Loaf(new_id(), 0, new_id(), uow.now())
        with pytest.raises(RuntimeError, match="does not speak of this Loaf"):
            uow.save(baked, LoafBaked(loaf_id=baked.id, oven_id=new_id()))


async def test_saves_of_one_row_become_one_write_and_a_sequence_without_gaps(here: Room) -> None:
    async def work(uow: UnitOfWork) -> Oven:
        made = Oven(uow.new_id(), 0, "Busy")
        made = uow.save(made, OvenBuilt(oven_id=made.id), OvenStoked(oven_id=made.id))
        assert await uow.get(Oven, made.id) == made
        return uow.save(dataclasses.replace(made, heat=2), OvenStoked(oven_id=made.id))

    made = await in_one_unit(here.running.ground, CAUSE, work)
    assert await found(here.running.store, bakery.ovens) == [Oven(made.id, 3, "Busy", 2)]
    assert [each.sequence for each in await found(here.running.store, outbox)] == [1, 2, 3]


async def test_a_unit_sees_what_it_has_saved(here: Room) -> None:
    async def work(uow: UnitOfWork) -> None:
        a, b = (Oven(uow.new_id(), 0, name) for name in ("A", "B"))
        uow.save(a, OvenBuilt(oven_id=a.id))
        b = uow.save(b, OvenBuilt(oven_id=b.id))
        assert [each.name for each in await uow.all(Oven, order_by="name")] == ["A", "B"]
        uow.save(dataclasses.replace(b, name="C"), OvenRenamed(oven_id=b.id))
        assert await uow.all(Oven, name="B") == []
        assert [each.id for each in await uow.all(Oven, name="C")] == [b.id]

    await in_one_unit(here.running.ground, CAUSE, work)


async def test_what_was_chosen_from_a_list_must_not_have_changed_before_it_is_read(here: Room) -> None:
    by = here.as_(OFFICER)
    chosen, other = await oven(by), await oven(by, "Beside")
    heats: list[int] = []

    async def work(uow: UnitOfWork) -> None:
        cold = next(each for each in await uow.all(Oven) if each.id == UUID(chosen))
        if not heats:
            assert (await by.post(f"/v1/ovens/{chosen}/stoke")).status_code == 200
        heats.append(cold.heat)
        await uow.read(Oven, cold.id)
        busy = await uow.get(Oven, UUID(other))
        uow.save(dataclasses.replace(busy, name=f"Beside {cold.heat}"), OvenRenamed(oven_id=busy.id))

    await in_one_unit(here.running.ground, CAUSE, work)
    assert heats == [0, 1]
    assert (await by.get(f"/v1/ovens/{other}")).json()["name"] == "Beside 1"


async def test_no_rule_judges_what_has_changed_since_it_was_chosen_from_a_list(here: Room) -> None:
    by = here.as_(OFFICER)
    chosen, runs = await oven(by), 0

    async def work(uow: UnitOfWork) -> Oven:
        nonlocal runs
        runs += 1
        (cold,) = [each for each in await uow.all(Oven) if each.heat == runs - 1]
        if runs == 1:
            assert (await by.post(f"/v1/ovens/{chosen}/stoke")).status_code == 200
        if (await uow.get(Oven, cold.id)).heat != cold.heat:
            raise TooBusy  # what a rule would say of a state it was not chosen for
        return uow.save(dataclasses.replace(cold, name="Chosen"), OvenRenamed(oven_id=cold.id))

    assert (await in_one_unit(here.running.ground, CAUSE, work)).heat == 1
    assert runs == 2


async def test_fifty_writers_of_one_row_all_finish(here: Room) -> None:
    by = here.as_(OFFICER)
    busy = await oven(by)
    answers = await asyncio.gather(*(by.post(f"/v1/ovens/{busy}/stoke") for _ in range(50)))
    assert [each.status_code for each in answers] == [200] * 50
    assert sorted(each.json()["version"] for each in answers) == list(range(2, 52))
    assert bakery.tried.count("stoke") == 50  # each in its turn, none in vain
    assert (await by.get(f"/v1/ovens/{busy}")).json()["heat"] == 50
    assert [each.sequence for each in await found(here.running.store, outbox, "sequence")] == list(range(1, 52))


async def test_a_clash_elsewhere_reruns_in_the_turn_of_the_row_that_clashed(here: Room) -> None:
    """Fifty loaves of fifty ovens want one shelf with nineteen places: a clear answer for each, and no busy one."""
    by = here.as_(OFFICER)
    shelf = (await by.post("/v1/shelves", json={"places": 19})).json()["shelf_id"]
    baked = [await loaf(by, await oven(by, f"Oven {n}")) for n in range(50)]
    wish = {"shelf_id": shelf}
    answers = await asyncio.gather(*(by.post(f"/v1/loaves/{each}/shelve", json=wish) for each in baked))
    codes = [each.json().get("code", "shelved") for each in answers]
    assert {code: codes.count(code) for code in codes} == {"shelved": 19, "shelf_is_full": 31}
    [kept] = await found(here.running.store, bakery.shelves)
    assert (kept.taken, kept.version) == (19, 20)
    assert [each.state for each in await found(here.running.store, bakery.loaves)].count("shelved") == 19


async def test_a_use_case_runs_again_when_what_it_relied_on_has_changed(here: Room) -> None:
    relied_on = UUID(await oven(here.as_(OFFICER)))
    seen: list[int] = []

    async def work(uow: UnitOfWork) -> None:
        oven = await uow.read(Oven, relied_on)
        seen.append(oven.heat)
        if len(seen) == 1:
            await in_one_unit(here.running.ground, CAUSE, lambda other: bakery.stoke(other, relied_on))
        baked = Loaf(uow.new_id(), 0, oven.id, uow.now())
        uow.save(baked, LoafBaked(loaf_id=baked.id, oven_id=oven.id))

    await in_one_unit(here.running.ground, CAUSE, work)
    assert seen == [0, 1]
    assert len(await found(here.running.store, bakery.loaves)) == 1


async def test_a_refusal_that_rests_on_two_moments_is_none_yet(here: Room) -> None:
    """One row was read before somebody's commit and the next behind it: no rule may judge by both together."""
    by = here.as_(OFFICER)
    first, second = [UUID(await oven(by, name)) for name in ("First", "Second")]
    seen: list[tuple[int, int]] = []

    async def stoke_both(uow: UnitOfWork) -> None:
        await bakery.stoke(uow, first)
        await bakery.stoke(uow, second)

    async def work(uow: UnitOfWork) -> None:
        one = await uow.read(Oven, first)
        if not seen:
            await in_one_unit(here.running.ground, CAUSE, stoke_both)
        other = await uow.read(Oven, second)
        seen.append((one.heat, other.heat))
        if one.heat != other.heat:
            raise bakery.ShelfIsFull
        raise StaleVersion(version=one.version)

    with pytest.raises(StaleVersion):  # what rests on rows as they are is refused at once
        await in_one_unit(here.running.ground, CAUSE, work)
    assert seen == [(0, 1), (1, 1)]


async def test_after_the_fifth_clash_the_caller_is_told_to_repeat(here: Room) -> None:
    contested = UUID(await oven(here.as_(OFFICER)))
    tries = 0

    async def work(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        oven = await uow.read(Oven, contested)
        await in_one_unit(here.running.ground, CAUSE, lambda other: _stoke_out_of_turn(other, contested))
        uow.save(dataclasses.replace(oven, heat=99), OvenStoked(oven_id=oven.id))

    with pytest.raises(TooBusy):
        await in_one_unit(here.running.ground, CAUSE, work)
    assert tries == 5
    assert [each.heat for each in await found(here.running.store, bakery.ovens)] == [5]


async def _stoke_out_of_turn(uow: UnitOfWork, oven_id: UUID) -> None:
    oven = await uow.read(Oven, oven_id)  # another process would not wait for our turn either
    uow.save(dataclasses.replace(oven, heat=oven.heat + 1), OvenStoked(oven_id=oven_id))


async def test_a_refused_unit_harms_no_neighbour(here: Room) -> None:
    by = here.as_(OFFICER)
    await oven(by, "Taken")
    names = [name for n in range(20) for name in (f"Oven {n}", "Taken")]
    keys = [{"Idempotency-Key": str(n)} for n in range(40)]  # its row is written first: it must be undone too
    asked = [by.post("/v1/ovens", json={"name": name}, headers=key) for name, key in zip(names, keys, strict=True)]
    answered = await asyncio.gather(*asked)
    assert [each.status_code for each in answered] == [201, 409] * 20
    assert {each.json()["code"] for each in answered[1::2]} == {"name_is_taken"}
    assert len(await found(here.running.store, answers)) == 20
    assert len(await found(here.running.store, bakery.ovens)) == 21
    assert len(await found(here.running.store, outbox)) == 21


async def test_a_unit_that_fails_gives_its_turn_back(here: Room) -> None:
    busy = UUID(await oven(here.as_(OFFICER)))

    async def stumble(uow: UnitOfWork) -> None:
        await uow.get(Oven, busy)
        raise ValueError("tripped over a sack")

    async def give_up(uow: UnitOfWork) -> None:
        await uow.get(Oven, busy)
        await asyncio.sleep(60)

    for failing in (stumble, give_up):
        with pytest.raises((ValueError, TimeoutError)):
            async with asyncio.timeout(0.2):
                await in_one_unit(here.running.ground, CAUSE, failing)
    async with asyncio.timeout(5):
        await in_one_unit(here.running.ground, CAUSE, lambda uow: bakery.stoke(uow, busy))
    assert here.running.ground.turns._locks == {}


async def test_what_is_outside_the_scope_is_not_found(here: Room) -> None:
    hidden = await oven(here.as_(OFFICER))
    scopes: Any = here.running.ground.scopes
    scopes[Oven] = lambda who: bakery.ovens.table.c.name != "Old Faithful"
    async with UnitOfWork(here.running.ground, CAUSE) as uow:
        for way in (uow.get, uow.read):
            with pytest.raises(NotFound):
                await way(Oven, UUID(hidden))
        assert await uow.all(Oven) == []


async def test_a_stale_state_that_was_never_loaded_is_a_clash(here: Room) -> None:
    known = UUID(await oven(here.as_(OFFICER)))
    await in_one_unit(here.running.ground, CAUSE, lambda uow: bakery.stoke(uow, known))
    uow = UnitOfWork(here.running.ground, CAUSE)
    uow.save(Oven(known, 1, "From memory"), OvenRenamed(oven_id=known))
    with pytest.raises(Clash):
        await uow.commit()
    assert [each.name for each in await found(here.running.store, bakery.ovens)] == ["Old Faithful"]
