"""What a release left behind, on either database: its files as they are, or its rows moved into PostgreSQL."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations.runner import Part, applied_sqlite, create_database, migrate_postgres
from openrecp.databases import parts_of

NOT_DATA = ("schema_version_", "sqlite_")


def left_by_release(folder: Path) -> dict[str, Path]:
    """The databases of a release by the service's name."""
    return {path.stem: path for path in sorted(folder.glob("*.sqlite"))}


async def moved_to_postgres(released: Path, template: str, scripts: Path) -> None:
    """Make the databases of a release on PostgreSQL, with its schema and its rows, as if it had run there."""
    for name, path in left_by_release(released).items():
        dsn = template.replace("{service}", name)
        await create_database(dsn)
        parts = [as_released(part, path, scripts / name / part.name) for part in parts_of(name)]
        await migrate_postgres(dsn, parts)
        await _move_rows(path, dsn, parts_of(name))


def as_released(part: Part, path: Path, folder: Path) -> Part:
    """The section as far as the release had its scripts."""
    reached = applied_sqlite(path, part)
    assert reached is not None
    (folder / "versions").mkdir(parents=True)
    for script in part.folder.glob("versions/[0-9]*.py"):
        if script.name[:4] <= reached:
            shutil.copy(script, folder / "versions")
    return Part(part.name, folder, part.metadata)


def columns_of(path: Path) -> dict[str, list[str]]:
    """The columns of every table of a release, by the table."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: [column[1] for column in connection.execute(f'PRAGMA table_info("{name}")')]
            for (name,) in names
            if not name.startswith(NOT_DATA)
        }


async def _move_rows(path: Path, dsn: str, parts: list[Part]) -> None:
    tables = {name: table for part in parts for name, table in part.metadata.tables.items()}
    reading = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    writing = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=sa.NullPool)
    async with writing.begin() as there:
        with reading.connect() as here:
            for name, columns in columns_of(path).items():
                table = tables[name]
                known = here.execute(sa.select(*(table.c[column] for column in columns)))
                if rows := [dict(row) for row in known.mappings()]:
                    await there.execute(sa.insert(table), rows)
        for table in tables.values():
            key = table.autoincrement_column
            if key is not None and table.name in columns_of(path):
                drawn = sa.func.pg_get_serial_sequence(f'"{table.name}"', key.name)
                next_one = sa.select(sa.func.coalesce(sa.func.max(key), 0) + 1).scalar_subquery()
                await there.execute(sa.select(sa.func.setval(drawn, next_one)))
    await writing.dispose()


async def tightened(path: Path, dsn: str) -> list[str]:
    """What statements of the release would fail on, now: a column that is gone, or a new one that must be given."""
    found = []
    connection = await asyncpg.connect(dsn)
    try:
        for table, columns in columns_of(path).items():
            rows = await connection.fetch(
                "SELECT column_name, is_nullable, column_default, is_identity FROM information_schema.columns "
                "WHERE table_name = $1",
                table,
            )
            now = {row[0]: row[1] == "YES" or row[2] is not None or row[3] == "YES" for row in rows}
            found += [f"{table}.{name} is gone" for name in columns if name not in now]
            found += [f"{table}.{name} must be given" for name in now.keys() - set(columns) if not now[name]]
    finally:
        await connection.close()
    return found
