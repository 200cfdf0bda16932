"""Notices keep their promises on either database: one per cause, at least once, never two at the same time."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id, wall_now
from chassis.notices.senders.files import FileSender
from chassis.notices.senders.port import Message
from chassis.notices.worker import let_go
from chassis.notices.writing import Recipient, call_off, notify
from chassis.settings import ROOT
from chassis.unit_of_work import UnitOfWork, in_one_unit
from contracts.refusals import NotFound
from tests.kit.notices import CAUSE, LINK, TOLD, Bureau, bureau
from tests.kit.stores import BOTH

Open = Callable[[], AbstractAsyncContextManager[Bureau]]
DIES_AFTER_SENDING = """
import asyncio, os, signal, sys
from pathlib import Path
from chassis.notices.senders.files import FileSender
from tests.kit.notices import bureau

class Dies(FileSender):
    async def send(self, message):
        await super().send(message)
        os.kill(os.getpid(), signal.SIGKILL)

async def main(folder, dsn):
    async with bureau(folder, dsn=dsn or None) as here:
        await here.postman(sender=Dies(folder / "notices")).send_due()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.fixture(params=BOTH)
def dsn(request: pytest.FixtureRequest) -> str | None:
    made: str | None = request.getfixturevalue("postgres_dsn")() if request.param == "postgres" else None
    return made


@pytest.fixture
def open_bureau(dsn: str | None, tmp_path: Path) -> Open:
    """Opens the bureau as one more process on the same database."""
    return lambda: bureau(tmp_path, dsn=dsn)


@pytest.fixture
async def here(open_bureau: Open) -> AsyncIterator[Bureau]:
    async with open_bureau() as opened:
        yield opened


def files(folder: Path) -> list[Path]:
    return sorted((folder / "notices").glob("*.txt"))


async def test_one_cause_and_recipient_give_one_notice_ever(here: Bureau, open_bureau: Open) -> None:
    cause, lan, minh = new_id(), new_id(), new_id()
    async with open_bureau() as other:
        twins = [each.tell(cause=cause, id=lan) for _ in range(10) for each in (here, other)]
        written = await asyncio.gather(*twins)
    assert len([each for each in written if each is not None]) == 1
    await here.tell(cause=cause, id=minh)
    await here.tell(cause=new_id(), id=lan)
    assert len(await here.all()) == 3
    await here.send()
    assert await here.tell(cause=cause, id=lan) is None  # nor after it was sent
    assert {each.state for each in await here.all()} == {"sent"}


async def test_twice_in_one_unit_is_once_and_a_refused_unit_tells_nobody(here: Bureau) -> None:
    cause, to = new_id(), Recipient(new_id(), email="lan@mill.test")

    async def twice(uow: UnitOfWork) -> None:
        assert await notify(uow, TOLD, to, cause=cause, name="Lan", link=LINK) is not None
        assert await notify(uow, TOLD, to, cause=cause, name="Lan", link=LINK) is None

    async def refused(uow: UnitOfWork) -> None:
        await notify(uow, TOLD, to, cause=new_id(), name="Lan", link=LINK)
        raise NotFound(thing="mill")

    await in_one_unit(here.ground, CAUSE, twice)
    with pytest.raises(NotFound):
        await in_one_unit(here.ground, CAUSE, refused)
    assert (await here.one()).cause == cause


async def test_a_death_between_sending_and_marking_sends_it_again_as_the_same(
    here: Bureau, dsn: str | None, tmp_path: Path
) -> None:
    await here.tell()
    child = [sys.executable, "-c", DIES_AFTER_SENDING, str(tmp_path), dsn or ""]
    assert subprocess.run(child, cwd=ROOT, timeout=60, check=False).returncode == -9
    (written,) = files(tmp_path)
    notice = await here.one()
    assert (notice.state, notice.attempts) == ("sending", 1)
    assert await here.send() == 0  # its lease still runs: nobody knows that its holder is dead
    began = written.stat().st_mtime_ns
    await let_go(here.ground.store)
    assert await here.send() == 1
    notice = await here.one()
    assert (notice.state, notice.attempts, notice.text) == ("sent", 2, "")
    assert files(tmp_path) == [written]
    assert written.stat().st_mtime_ns > began


class Watched(FileSender):
    """Files, with a look at who is sending what at the same moment."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.under_way: Counter[UUID] = Counter()
        self.sent: Counter[UUID] = Counter()
        self.most_at_once = 0

    async def send(self, message: Message) -> None:
        self.under_way[message.id] += 1
        self.most_at_once = max(self.most_at_once, self.under_way[message.id])
        await super().send(message)
        await asyncio.sleep(0.005)
        self.under_way[message.id] -= 1
        self.sent[message.id] += 1


async def test_two_processes_never_send_the_same_notice_at_the_same_time(
    here: Bureau, open_bureau: Open, tmp_path: Path
) -> None:
    for _ in range(60):
        await here.tell()
    watched = Watched(tmp_path / "notices")
    async with open_bureau() as other:
        postmen = [each.postman(sender=watched) for each in (here, here, other, other)]
        while any(each.state != "sent" for each in await here.all()):
            await asyncio.gather(*(postman.send_due() for postman in postmen))
    assert watched.most_at_once == 1
    assert sorted(watched.sent.values()) == [1] * 60


async def test_five_hundred_notices_drain(here: Bureau, tmp_path: Path) -> None:
    await asyncio.gather(*(here.tell() for _ in range(500)))
    began = time.monotonic()
    while await here.send():
        pass
    took = time.monotonic() - began
    assert {each.state for each in await here.all()} == {"sent"}
    assert len(files(tmp_path)) == 500
    assert took < 30


async def test_it_is_not_sent_before_it_is_due_in_business_time(here: Bureau) -> None:
    await here.tell(due_at=here.ground.clock.now() + timedelta(days=3))
    assert await here.send() == 0
    here.ground.clock.advance(here.ground.clock.now() + timedelta(days=3))
    assert await here.send() == 1


async def test_called_off_against_a_sender_leaves_no_text_and_one_outcome(here: Bureau, tmp_path: Path) -> None:
    causes = [new_id() for _ in range(30)]
    for cause in causes:
        await here.tell(cause=cause)

    async def off(cause: Any) -> None:
        await in_one_unit(here.ground, CAUSE, lambda uow: call_off(uow, cause, TOLD))

    await asyncio.gather(here.send(), *(off(cause) for cause in causes))
    await here.send()
    notices = await here.all()
    assert {each.state for each in notices} <= {"sent", "called_off"}
    assert {each.text for each in notices} == {""}
    assert {each.lease_until for each in notices} == {None}
    untold = [each for each in notices if each.state == "called_off" and each.error is None]
    told = {path.stem.partition("-")[2] for path in files(tmp_path)}
    assert not told & {str(each.id) for each in untold}
    assert all(each.settled_at and each.settled_at <= wall_now() for each in notices)
