"""Everything in one process: one SQLite file per service, the embedded log, the gateway in front."""

from dataclasses import dataclass
from pathlib import Path

import structlog

from chassis.auth import TokenMint
from chassis.clock import Clock
from chassis.log import table as log_table
from chassis.log.table import TableLog
from chassis.migrations.runner import Part
from chassis.service import Running
from chassis.settings import ROOT, Settings
from chassis.store.port import Store
from chassis.store.sqlite import SqliteStore

log = structlog.get_logger()
LOG_PART = Part("log", ROOT / "chassis" / "log" / "migrations", log_table.metadata)


@dataclass
class House:
    """The running services of a deployment by name, with what they share."""

    settings: Settings
    running: dict[str, Running]
    event_log: TableLog
    clock: Clock
    mint: TokenMint

    async def settled(self) -> bool:
        """Whether every event has left its outbox and every consumer has passed the end of its topics."""
        facts = [await each.facts() for each in self.running.values()]
        return all(each["outbox"]["waiting"] == 0 and not any(each["lag"].values()) for each in facts)


def database_of(settings: Settings, name: str) -> tuple[Path, str | None]:
    """Where a service keeps its state: its file under the data folder, or its PostgreSQL database."""
    template = settings.database.get_secret_value()
    return settings.data / f"{name}.sqlite", template.replace("{service}", name) if template else None


def store_of(settings: Settings, name: str) -> Store:
    """The store of a service, by the settings."""
    path, dsn = database_of(settings, name)
    if dsn is None:
        return SqliteStore(path)
    from chassis.store.postgres import PostgresStore

    return PostgresStore(dsn)
