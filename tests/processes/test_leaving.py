"""A process that is exchanged under load: no request fails, whether it comes over an old connection or a new one."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chassis.settings import Settings
from gateway.transports import OverHttp
from openrecp.handover import offered, take_over
from openrecp.listening import listen, serving
from tests.kit.program import free_port

LINGER_S = 1.0
KEPT_S = 0.5


def house(name: str) -> Starlette:
    async def answer(_: Request) -> Response:
        await asyncio.sleep(0.005)
        return PlainTextResponse(name)

    return Starlette(routes=[Route("/", answer)])


@asynccontextmanager
async def asking(
    url: str, answers: list[str], *, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[None]:
    """Ten who ask all the time, half of them over a new connection each time."""
    ended = asyncio.Event()

    async def ask(number: int) -> None:
        limits = httpx2.Limits(keepalive_expiry=KEPT_S if number % 2 else 0.0)
        async with httpx2.AsyncClient(base_url=url, limits=limits, trust_env=False, transport=transport) as http:
            while not ended.is_set():
                answer = await http.get("/")
                assert answer.status_code == 200, answer.text
                answers.append(answer.text)

    tasks = [asyncio.create_task(ask(number)) for number in range(10)]
    try:
        yield
    finally:
        ended.set()
        await asyncio.gather(*tasks)


async def heard(answers: list[str], wanted: str) -> None:
    """Wait until that one has answered, and a little longer."""
    async with asyncio.timeout(20):
        while wanted not in answers:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)


async def test_a_service_is_started_anew_behind_the_gateway_and_no_request_fails() -> None:
    settings = Settings(port=free_port())
    answers: list[str] = []
    over = OverHttp(f"http://127.0.0.1:{settings.port}", hold_s=5.0)
    await over.start()
    front = httpx2.ASGITransport(app=over)
    async with AsyncExitStack() as stack:
        door = listen(settings)
        await stack.enter_async_context(serving(house("0"), door, linger_s=LINGER_S))
        async with asking("http://gateway", answers, transport=front):
            for turn in range(1, 6):
                await heard(answers, str(turn - 1))
                await stack.aclose()
                door.close()
                await asyncio.sleep(0.3)
                door = listen(settings)
                await stack.enter_async_context(serving(house(str(turn)), door, linger_s=LINGER_S))
            await heard(answers, "5")
    door.close()
    await over.stop()
    assert set(answers) == {"0", "1", "2", "3", "4", "5"}


async def test_the_gateway_hands_its_own_door_over_and_no_request_fails(tmp_path: Path) -> None:
    settings, place = Settings(port=free_port()), tmp_path / "gateway.door"
    answers: list[str] = []
    assert take_over(place) is None
    ready, gone = [asyncio.Event() for _ in range(4)], [asyncio.Event() for _ in range(4)]

    async def gateway(turn: int) -> None:
        """What `openrecp serve gateway` does."""
        before = await asyncio.to_thread(take_over, place)
        door = before.door if before is not None else listen(settings)
        told = asyncio.Event()
        with door:
            async with serving(house(str(turn)), door, linger_s=LINGER_S) as parting:

                def taken() -> None:
                    parting.handed_over = True
                    told.set()

                async with offered(place, door, taken):
                    if before is not None:
                        before.may_go()
                    ready[turn].set()
                    await told.wait()
        gone[turn].set()

    tasks = [asyncio.create_task(gateway(0))]
    await ready[0].wait()
    async with asking(f"http://127.0.0.1:{settings.port}", answers):
        for turn in range(1, 4):
            tasks.append(asyncio.create_task(gateway(turn)))
            await ready[turn].wait()
            await gone[turn - 1].wait()
        await heard(answers, "3")
    tasks[-1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert set(answers) == {"0", "1", "2", "3"}


def test_a_place_that_a_dead_process_left_is_no_predecessor(tmp_path: Path) -> None:
    place = tmp_path / "gateway.door"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(place))
    assert place.exists()
    assert take_over(place) is None
