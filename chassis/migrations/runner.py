"""Migrations: the chassis' own section and one per service, each with a version table of its own."""

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import sqlalchemy as sa

CHASSIS = Path(__file__).parent
LOCK_WITHIN_MS, LOCK_PAUSE_S, LOCK_ATTEMPTS = 200, 0.5, 150
LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True)
class Part:
    """A folder of numbered scripts and the table that says which were applied."""

    name: str
    folder: Path
    metadata: sa.MetaData

    @property
    def head(self) -> str:
        """The revision of the last script: the number in front of its name."""
        return max(path.name[:4] for path in self.folder.glob("versions/[0-9]*.py"))

    @property
    def version_table(self) -> str:
        return f"schema_version_{self.name}"


def migrate_sqlite(path: Path, parts: list[Part]) -> list[str]:
    """Bring one file to the head of every part; says what it did. Quick when there is nothing to do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    behind = [part for part in parts if applied_sqlite(path, part) != part.head]
    if not behind:
        return []
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    _in_transactions(engine)
    with engine.connect() as connection:
        for part in behind:
            upgrade(connection, part)
    return [f"{path.stem}: {part.name} → {part.head}" for part in behind]


def _in_transactions(engine: sa.Engine) -> None:
    """Python's driver commits each CREATE by itself unless BEGIN is left to us: a kill would leave half a schema."""

    @sa.event.listens_for(engine, "connect")
    def leave_begin_to_us(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def applied_sqlite(path: Path, part: Part) -> str | None:
    """The revision a file has reached, without loading the migration tool."""
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute(f'SELECT version_num FROM "{part.version_table}"').fetchone()  # noqa: S608
        return row[0] if row else None
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()


async def migrate_postgres(dsn: str, parts: list[Part]) -> list[str]:
    """Bring one database to the head of every part, under load too; an advisory lock lets processes start together.

    A change of a table waits for whoever reads it, and every writer waits behind that: so it waits a moment only, lets
    them all pass, and tries again.
    """
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=sa.NullPool)
    done: list[str] = []
    async with engine.connect() as connection:
        await connection.execute(sa.text("SELECT pg_advisory_lock(7203301)"))
        await connection.execute(sa.text(f"SET lock_timeout = '{LOCK_WITHIN_MS}ms'"))
        await connection.commit()
        for part in parts:
            if await connection.run_sync(_applied, part) != part.head:
                await _upgraded(connection, part)
                done.append(f"{part.name} → {part.head}")
    await engine.dispose()
    return done


async def _upgraded(connection: Any, part: Part) -> None:
    """In one transaction, which is repeated while a lock cannot be had in time; the last failure is told."""
    from sqlalchemy.exc import DBAPIError

    for left in reversed(range(LOCK_ATTEMPTS)):
        try:
            await connection.run_sync(upgrade, part)
            return
        except DBAPIError as error:
            await connection.rollback()
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or not left:
                raise
            await asyncio.sleep(LOCK_PAUSE_S)


async def create_database(dsn: str) -> bool:
    """Make the database of an address where there is none; whether it was made. Two at once make it once."""
    import asyncpg

    try:
        await (await asyncpg.connect(dsn)).close()
        return False
    except asyncpg.InvalidCatalogNameError:
        pass
    place = urlsplit(dsn)
    server = await asyncpg.connect(urlunsplit(place._replace(path="/postgres")))
    try:
        await server.execute(f'CREATE DATABASE "{unquote(place.path[1:])}"')
        return True
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        return False
    finally:
        await server.close()


async def applied_postgres(dsn: str, parts: list[Part]) -> list[str | None]:
    """The revision of each part a database has reached."""
    import asyncpg

    connection = await asyncpg.connect(dsn)
    try:
        found: list[str | None] = []
        for part in parts:
            try:
                found.append(await connection.fetchval(f'SELECT version_num FROM "{part.version_table}"'))  # noqa: S608
            except asyncpg.UndefinedTableError:
                found.append(None)
        return found
    finally:
        await connection.close()


def _applied(connection: sa.Connection, part: Part) -> str | None:
    from alembic.runtime.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"version_table": part.version_table})
    current = context.get_current_revision()
    connection.rollback()
    return current


def upgrade(connection: sa.Connection, part: Part) -> None:
    """Run the scripts that are missing, in one transaction."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(part.folder), version_locations=[str(part.folder / "versions")])

    def steps(revision: Any, _: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(
            connection=connection,
            target_metadata=part.metadata,
            version_table=part.version_table,
            render_as_batch=True,
            transactional_ddl=True,
        )
        with environment.begin_transaction():
            environment.run_migrations()
    connection.commit()


def autogenerate(part: Part, message: str) -> Path:
    """Write the next script from the difference between the tables in code and the scripts so far."""
    import tempfile

    from alembic.autogenerate import produce_migrations, render_python_code
    from alembic.runtime.migration import MigrationContext

    numbers = [int(path.name[:4]) for path in part.folder.glob("versions/[0-9]*.py")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite"
        engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
        with engine.connect() as connection:
            if numbers:
                upgrade(connection, part)
            tables = set(part.metadata.tables)
            options = {
                "version_table": part.version_table,
                "compare_type": False,
                "include_name": lambda name, kind, _: kind != "table" or name in tables,
            }
            context = MigrationContext.configure(connection, opts=options)
            produced = produce_migrations(context, part.metadata)
            operations = produced.upgrade_ops
            code = render_python_code(operations, render_item=_rendered) if operations else "pass"
    lines = [line for line in code.splitlines() if "auto generated" not in line and "end Alembic" not in line]
    number = f"{max(numbers, default=0) + 1:04d}"
    previous = f'"{_before(number)}"' if numbers else "None"
    target = part.folder / "versions" / f"{number}_{message.replace(' ', '_')}.py"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        _SCRIPT.format(message=message, number=number, previous=previous, upgrade="\n".join(lines).strip())
    )
    return target


def _before(number: str) -> str:
    return f"{int(number) - 1:04d}"


def _rendered(kind: str, item: Any, context: Any) -> Any:
    """Our own column types by their module; an enum is text in the database."""
    if kind == "type" and type(item).__module__ == "chassis.store.types":
        return f"types.{item!r}"
    return "sa.Text()" if kind == "type" and type(item).__name__ == "Enumeration" else False


_SCRIPT = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

from chassis.store import types

revision = "{number}"
down_revision = {previous}


def upgrade() -> None:
    {upgrade}
'''


async def prepare(store_path: Path | None, dsn: str | None, parts: list[Part]) -> list[str]:
    """Migrate wherever this service keeps its state."""
    if dsn:
        return await migrate_postgres(dsn, parts)
    assert store_path is not None  # noqa: S101  one of the two is always given
    return await asyncio.to_thread(migrate_sqlite, store_path, parts)
