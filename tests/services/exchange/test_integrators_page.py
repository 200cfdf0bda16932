"""The receiver that docs/integrators.md shows, run as it is written there."""

import asyncio
import os
import re
import socket
import sys
from pathlib import Path

from chassis.outside import Outside
from chassis.settings import ROOT
from contracts.principals import Role
from services.exchange.app import service
from tests.kit import people
from tests.kit.room import room


async def test_the_receiver_of_the_page_takes_a_test_and_refuses_what_is_not_ours(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "integrators.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"receiver\.py <<'END'\n(.*?)\nEND\n", page, re.DOTALL)
    path = tmp_path / "receiver.py"
    path.write_text(program, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with room(service, tmp_path, outside=Outside(loopback=True)) as here:
        by = here.as_(people.person(Role.INTEGRATOR))
        made = (await by.post("/v1/subscriptions", json={"url": f"http://127.0.0.1:{port}/hooks"})).json()
        known = {**os.environ, "WEBHOOK_SECRET": made["secret"]}
        receiver = await asyncio.create_subprocess_exec(
            sys.executable,
            str(path),
            str(port),
            env=known,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert receiver.stdout is not None
        try:
            await _listening(port)
            place = f"/v1/subscriptions/{made['subscription_id']}"
            await by.post(f"{place}/test")
            line = await asyncio.wait_for(receiver.stdout.readline(), 20)
            forged = await here.running.ground.outside.post(
                made["url"], b"{}", {"webhook-id": "x"}, deadline_s=10, at_most=100
            )
        finally:
            receiver.terminate()
            await receiver.wait()
    assert line.decode().split() == ["org.openrecp.exchange.subscription_tested.v1", made["subscription_id"]]
    assert forged.status == 401


async def _listening(port: int) -> None:
    for _ in range(400):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("the receiver does not listen")
