"""`python -m bench.one_service clients`: one service's routes on SQLite in a process of its own, without its loops."""

import gc
import sys

import uvloop

from chassis.auth import TokenCheck
from chassis.clock import Clock
from chassis.pack import Pack
from chassis.settings import Settings
from chassis.telemetry import configure_logs
from openrecp.databases import event_log_of, store_of
from openrecp.listening import listen, serving, told_to_stop
from openrecp.serve import ProcessSettings
from openrecp.services import run_service


async def serve(name: str) -> None:
    """As `openrecp serve NAME --role api` does on PostgreSQL."""
    told, settings = told_to_stop(), Settings()
    configure_logs(settings.log_level)
    door, event_log = listen(settings), event_log_of(settings)
    await event_log.start()
    running = run_service(
        name,
        settings,
        store_of(settings, name),
        event_log=event_log,
        clock=Clock(settable=False),
        pack=Pack(settings.packs / settings.pack),
        check=TokenCheck(ProcessSettings().checking_key(), settings.issuer),
    )
    await running.start(work=False)
    async with serving(running.app, door, running.ground.ending):
        gc.collect()
        gc.freeze()
        await told.wait()
    await running.stop()
    await event_log.stop()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
