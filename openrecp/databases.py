"""Where each service keeps its state and its events, by the settings, and how those places get their schema."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from chassis.log import table as log_table
from chassis.log.port import EventLog
from chassis.log.table import TableLog
from chassis.migrations.runner import Part, applied_postgres, create_database, migrate_postgres, migrate_sqlite
from chassis.settings import ROOT, Settings
from chassis.store.port import Store
from chassis.store.sqlite import SqliteStore
from contracts.topics import TOPICS
from openrecp.sentences import InWords
from openrecp.services import NAMES, load

log = structlog.get_logger()
LOG_PARTS = [Part("log", ROOT / "chassis" / "log" / "migrations", log_table.metadata)]
EVERY = ("log", "gateway", *NAMES)


class SchemaIsBehind(InWords):
    """The code of this version does not fit the database yet."""

    def __init__(self, name: str, behind: list[str]) -> None:
        super().__init__(
            f"The database of {name} is behind this version ({'; '.join(behind)}): run `openrecp migrate {name}`"
        )


class DatabaseIsAway(InWords):
    """Nothing answers where PostgreSQL should be."""

    def __init__(self, dsn: str, error: OSError) -> None:
        place = urlsplit(dsn)
        super().__init__(
            f"PostgreSQL at {place.hostname}:{place.port or 5432} does not answer ({error.strerror or error}): "
            "is it up, and is OPENRECP_DATABASE right?"
        )


class NoSuchService(InWords):
    """There is no room of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no service {name}: it is one of {', '.join(EVERY)}, or all")


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


def event_log_of(settings: Settings) -> EventLog:
    """The event log between the services, by the settings: Kafka, or a table."""
    if not settings.kafka:
        return TableLog(store_of(settings, "log"))
    from chassis.log.kafka_log import KafkaLog

    return KafkaLog(settings.cluster, partitions())


async def _create_topics(settings: Settings) -> list[str]:
    from chassis.log.kafka import create_topics

    return await create_topics(settings.cluster, partitions(), settings.kafka_copies)


def partitions() -> dict[str, int]:
    """The topics of the manifest, and into how many partitions their roots fall."""
    return {name: topic.partitions for name, topic in TOPICS.items()}


def parts_of(name: str) -> list[Part]:
    """The sections of a database's schema: a service's, the gateway's or the log's."""
    if name == "log":
        return LOG_PARTS
    if name == "gateway":
        from gateway.app import PARTS

        return PARTS
    return load(name).parts


def parts() -> list[Part]:
    """Every section there is, by which `openrecp migration` finds one."""
    every = {part.name: part for name in EVERY for part in parts_of(name)}
    return list(every.values())


async def migrate(settings: Settings, which: str = "all", *, create: bool = False) -> list[str]:
    """Bring one database or all to this version's schema, one after the other; says what was done.

    With `create`, PostgreSQL databases that do not exist are made first. Where the event log is Kafka, its topics are
    made instead of a database. Raises `TopicsDiffer` if one is there that is not as it must be.
    """
    if which not in (*EVERY, "all"):
        raise NoSuchService(which)
    done: list[str] = []
    for name in EVERY if which == "all" else (which,):
        if name == "log" and settings.kafka:
            done += await _create_topics(settings)
            continue
        path, dsn = database_of(settings, name)
        if dsn is None:
            done += await asyncio.to_thread(migrate_sqlite, path, parts_of(name))
            continue
        if create and await create_database(dsn):
            done.append(f"{name}: made its database")
        done += [f"{name}: {line}" for line in await migrate_postgres(dsn, parts_of(name))]
    for line in done:
        log.info("migrated", what=line)
    return done


async def behind(settings: Settings, name: str) -> list[str]:
    """The sections of a PostgreSQL database that are older than this code. Newer ones do: old and new code run side
    by side during an upgrade."""
    _, dsn = database_of(settings, name)
    if dsn is None or (name == "log" and settings.kafka):
        return []
    sections = parts_of(name)
    try:
        applied = await applied_postgres(dsn, sections)
    except OSError as error:
        raise DatabaseIsAway(dsn, error) from error
    return [
        f"{part.name} is at {at or 'nothing'}, wanted {part.head}"
        for part, at in zip(sections, applied, strict=True)
        if at is None or at < part.head
    ]


async def require_schema(settings: Settings, name: str) -> None:
    """Raises `SchemaIsBehind`: nothing is migrated by the way, one process of many must not surprise the others."""
    if found := await behind(settings, name):
        raise SchemaIsBehind(name, found)
