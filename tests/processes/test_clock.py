"""One settable business time over several processes: who moves it, who follows, and who is waited for."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from chassis.auth import TokenCheck, TokenMint
from chassis.clock import Clock
from chassis.hands import GONE_AFTER, ClockLags, Hands, hands
from chassis.log.table import TableLog
from chassis.migrations.runner import migrate_postgres
from chassis.pack import Pack
from chassis.service import Running
from chassis.settings import ROOT, Settings
from chassis.store.postgres import PostgresStore
from chassis.supervision import Supervisor
from contracts.principals import SYSTEM_PRINCIPAL, Principal
from gateway.app import PARTS, RunningGateway
from gateway.keyring import administrator_key
from gateway.transports import OverHttp
from openrecp.databases import LOG_PARTS
from openrecp.listening import listen, serving
from services.exchange.app import service as exchange
from tests.kit import people
from tests.kit.postgres import NewDatabase

pytestmark = pytest.mark.postgres
HOUR_US = 3_600_000_000
ISSUER = "//demo/gateway"
MINT = TokenMint(TokenMint.new_key(), ISSUER)


class Follower:
    """A process that follows the time of its service."""

    def __init__(self, dsn: str) -> None:
        self.clock, self.store = Clock(settable=True), PostgresStore(dsn)
        self.hands = Hands("exchange", self.clock, self.store)
        self.supervisor = Supervisor()

    async def start(self) -> None:
        await self.store.start()
        await self.hands.start()
        self.supervisor.watch("clock", self.hands.run)

    async def die(self) -> None:
        """Without a word, as kill -9 does it."""
        await self.supervisor.stop()
        await self.store.stop()

    @property
    def offset_us(self) -> int:
        return self.clock.offset // timedelta(microseconds=1)


@pytest.fixture
async def process(postgres_dsn: NewDatabase) -> AsyncIterator[Callable[[], Follower]]:
    dsn = postgres_dsn()
    await migrate_postgres(dsn, exchange.parts)
    made: list[Follower] = []

    def new() -> Follower:
        made.append(Follower(dsn))
        return made[-1]

    yield new
    for each in made:
        await each.die()


async def test_a_move_is_over_when_every_process_has_it(process: Callable[[], Follower]) -> None:
    api, worker = process(), process()
    for each in (api, worker):
        await each.start()
    await api.hands.move(HOUR_US)
    await api.hands.move(2 * HOUR_US)
    assert (api.offset_us, worker.offset_us) == (2 * HOUR_US, 2 * HOUR_US)
    await worker.hands.move(HOUR_US)  # late: time does not go back
    assert (api.offset_us, worker.offset_us) == (2 * HOUR_US, 2 * HOUR_US)


async def test_who_starts_later_takes_the_time_of_those_before_even_if_they_are_gone(
    process: Callable[[], Follower],
) -> None:
    first = process()
    await first.start()
    await first.hands.move(-HOUR_US)  # a demo begins in the past
    await first.hands.stop()
    await first.die()
    later = process()
    await later.start()
    assert later.offset_us == -HOUR_US


async def test_a_process_that_lives_is_waited_for_and_a_dead_one_is_not(
    process: Callable[[], Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, worker = process(), process()
    await api.start()
    await worker.start()
    await api.hands.move(HOUR_US)
    await worker.supervisor.stop()  # it hangs
    monkeypatch.setattr("chassis.hands.PATIENCE_S", 1.0)
    with pytest.raises(ClockLags):
        await api.hands.move(2 * HOUR_US)
    monkeypatch.setattr("chassis.hands.PATIENCE_S", 15.0)
    began = asyncio.get_running_loop().time()
    await api.hands.move(2 * HOUR_US)
    assert asyncio.get_running_loop().time() - began < GONE_AFTER.total_seconds() + 4
    (last,) = (await api.store.fetch(sa.select(sa.func.min(hands.table.c.offset_us))))[0]
    assert last == HOUR_US


@pytest.fixture
async def running(postgres_dsn: NewDatabase) -> AsyncIterator[Running]:
    dsn, log_dsn = postgres_dsn(), postgres_dsn()
    await migrate_postgres(dsn, exchange.parts)
    await migrate_postgres(log_dsn, LOG_PARTS)
    clock, store, log = Clock(settable=True), PostgresStore(dsn), TableLog(PostgresStore(log_dsn))
    await log.start()
    running = Running(
        exchange,
        store=store,
        event_log=log,
        clock=clock,
        pack=Pack(ROOT / "packs" / "demo"),
        source="//demo/exchange",
        check=TokenCheck(MINT.public_key, ISSUER),
        hands=Hands("exchange", clock, store),
    )
    await running.start()
    yield running
    await running.stop()
    await log.stop()


def _signed(principal: Principal) -> dict[str, str]:
    return {"Authorization": f"Bearer {MINT.token(principal)}"}


async def test_nobody_but_the_gateway_tells_a_service_the_time(running: Running) -> None:
    transport = httpx2.ASGITransport(app=running.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service", trust_env=False) as http:
        body = {"offset_us": HOUR_US}
        for headers, status in (
            ({}, 403),
            (_signed(people.administrator()), 403),
            ({"Authorization": "Bearer x"}, 401),
        ):
            answer = await http.post("/internal/clock", json=body, headers=headers)
            assert answer.status_code == status, answer.text
        odd = await http.post("/internal/clock", json={"offset_us": "1"}, headers=_signed(SYSTEM_PRINCIPAL))
        assert odd.status_code == 422
        assert running.ground.clock.offset == timedelta(0)
        told = await http.post("/internal/clock", json=body, headers=_signed(SYSTEM_PRINCIPAL))
        assert told.json() == body
        assert running.ground.clock.offset == timedelta(hours=1)


async def test_an_advance_is_answered_when_the_services_have_it(
    running: Running, postgres_dsn: NewDatabase, tmp_path: Path
) -> None:
    dsn = postgres_dsn()
    await migrate_postgres(dsn, PARTS)
    settings = Settings(data=tmp_path, clock="settable", port=0)
    door = listen(settings)
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    gateway = RunningGateway(
        settings=settings,
        store=PostgresStore(dsn),
        clock=Clock(settable=True),
        mint=MINT,
        pack=Pack(ROOT / "packs" / "demo"),
        services={"exchange": OverHttp(address)},
        permissions=json.loads((ROOT / "contracts" / "permissions.json").read_text(encoding="utf-8")),
        begins=timedelta(days=-730),
    )
    async with serving(running.app, door):
        door.close()
        await gateway.start()
        try:
            assert running.ground.clock.offset // timedelta(days=1) == -730  # told at the start of the gateway
            key = await _administrator(gateway)
            transport = httpx2.ASGITransport(app=gateway.app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://door", trust_env=False) as http:
                now = datetime.fromisoformat((await http.get("/v1/clock", headers=key)).json()["now"])
                to = (now + timedelta(days=30)).isoformat()
                moved = await http.post("/v1/clock/advance", json={"to": to}, headers=key)
                assert moved.status_code == 200, moved.text
                late = datetime.fromisoformat(to) - running.ground.clock.now()
                assert timedelta(seconds=-10) < late <= timedelta(0)
        finally:
            await gateway.stop()


async def test_a_service_that_is_away_makes_the_answer_say_so_and_learns_it_when_it_is_back(
    running: Running, postgres_dsn: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.follower.PATIENCE_S", 1.0)
    monkeypatch.setattr("gateway.follower.AGAIN_S", 0.3)
    dsn = postgres_dsn()
    await migrate_postgres(dsn, PARTS)
    settings = Settings(data=tmp_path, clock="settable", port=0)
    door = listen(settings)
    port = door.getsockname()[1]
    door.close()
    gateway = RunningGateway(
        settings=settings,
        store=PostgresStore(dsn),
        clock=Clock(settable=True),
        mint=MINT,
        pack=Pack(ROOT / "packs" / "demo"),
        services={"exchange": OverHttp(f"http://127.0.0.1:{port}")},
        permissions=json.loads((ROOT / "contracts" / "permissions.json").read_text(encoding="utf-8")),
    )
    await gateway.start()
    try:
        key = await _administrator(gateway) | {"Idempotency-Key": "once"}
        transport = httpx2.ASGITransport(app=gateway.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://door", trust_env=False) as http:
            body = {"to": (datetime.now(UTC) + timedelta(days=30)).isoformat()}
            moved = await http.post("/v1/clock/advance", json=body, headers=key)
            assert (moved.status_code, moved.json()["code"]) == (503, "clock_is_not_everywhere")
            assert "exchange" in moved.json()["detail"]
            door = listen(settings.model_copy(update={"port": port}))
            async with serving(running.app, door):
                door.close()
                async with asyncio.timeout(5):
                    while running.ground.clock.offset < timedelta(days=29):
                        await asyncio.sleep(0.02)
                again = await http.post("/v1/clock/advance", json=body, headers=key)
                assert again.status_code == 200, again.text
    finally:
        await gateway.stop()


async def _administrator(gateway: RunningGateway) -> dict[str, str]:
    text, _ = await administrator_key(gateway.store)
    return {"Authorization": f"Bearer {text}"}
