"""The limit of a write: pgbench, writing the very rows that a unit of ours has written, each by a plain statement."""

import resource
import shutil
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from bench.harness import Plan, Sample, Worked, interval
from bench.processes import UNDER_TEST, cpu_s, done
from deploy.local.postgres import Cluster

NUMBER = ":n"
"""In a script: a number of twelve digits that no transaction before it had."""
HIGHEST = 100_000_000_000


def literal(text: str | None) -> str:
    """A value as SQL; pgbench takes what follows a colon for a variable of its own."""
    if text is None:
        return "NULL"
    plain = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{plain}'"


def unlike(kind: str, prefix: str = "01990000-0000-7000-8000-") -> str:
    """An expression that is another one in every transaction: an `id`, a `digest` of 64 characters, or a `text`."""
    number = f"CAST({NUMBER} AS text)"
    return {
        "id": f"CAST('{prefix}' || {number} AS uuid)",
        "digest": f"(md5({number}) || md5({number}))",
        "text": f"('{prefix}' || {number})",
    }[kind]


async def row_of(connection: asyncpg.Connection, table: str, order_by: str) -> dict[str, str | None]:
    """The newest row of a table, every column as text."""
    names = await columns(connection, table)
    shown = ", ".join(f'"{name}"::text' for name in names)
    found = await connection.fetchrow(f'SELECT {shown} FROM "{table}" ORDER BY {order_by} DESC LIMIT 1')
    assert found is not None, table  # noqa: S101  a unit has just written it
    return dict(zip(names, found, strict=True))


async def columns(connection: asyncpg.Connection, table: str) -> list[str]:
    """The columns of a table that a unit writes: all but those the database counts by itself."""
    found = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public' "
        "AND is_identity = 'NO' AND (column_default IS NULL OR column_default NOT LIKE 'nextval%') "
        "ORDER BY ordinal_position",
        table,
    )
    return [each[0] for each in found]


def insert(table: str, row: Mapping[str, str | None], unlike_columns: Mapping[str, str]) -> str:
    """The statement that writes such a row once more, some of its columns otherwise."""
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(unlike_columns.get(name) or literal(value) for name, value in row.items())
    return f'INSERT INTO "{table}" ({names}) VALUES ({values});'


def update(table: str, row: Mapping[str, str | None], where: str) -> str:
    """The statement that writes every column of a row but its id."""
    sets = ", ".join(f'"{name}" = {literal(value)}' for name, value in row.items() if name != "id")
    return f'UPDATE "{table}" SET {sets} WHERE {where};'


class Pgbench:
    """A script and the database it runs against. `-M prepared`: nothing is parsed or planned twice."""

    def __init__(self, cluster: Cluster, dsn: str, statements: list[str], folder: Path, *, clients: int = 16) -> None:
        self._cluster, self._dsn, self._clients = cluster, dsn, clients
        self._folder, self._times = folder / "pgbench", 0
        self._folder.mkdir(exist_ok=True)
        self._script = self._folder / "script.sql"
        counted = f"\\set i :i + 1\n\\set n {HIGHEST} + :began + :client_id * 10000000 + :i"
        opened = [] if "BEGIN;" in statements else ["BEGIN;"]
        self._script.write_text("\n".join([counted, *opened, *statements, "COMMIT;", ""]), encoding="utf-8")
        self._program = shutil.which("pgbench") or str(cluster.programs / "pgbench")

    async def sample(self, plan: Plan, *, core: int = UNDER_TEST) -> Sample:
        """One interval: transactions, the CPU of pgbench itself and of PostgreSQL, the waits of its clients."""
        self._times += 1
        assert self._cluster.pid is not None  # noqa: S101  it was started
        server = self._cluster.pid
        return await interval(
            {"asking": _children_s, "postgres": lambda: cpu_s(server)}, lambda: self._run(plan.seconds, core)
        )

    async def _run(self, seconds: float, core: int) -> Worked:
        logs = self._folder / f"times-{self._times}"
        began = self._times * 1_000_000_000
        command = [
            *(self._program, "-n", "-M", "prepared", "-c", str(self._clients), "-j", "1", "-T", f"{seconds:.0f}"),
            *("-D", "i=0", "-D", f"began={began}", "-l", f"--log-prefix={logs}", "-f", str(self._script), self._dsn),
        ]
        await done(command, core=core)
        waits = []
        for log in self._folder.glob(f"{logs.name}.*"):
            waits += [int(line.split()[2]) / 1_000 for line in log.read_text().splitlines()]
            log.unlink()
        return Worked(len(waits), waits, seconds)


def _children_s() -> float:
    """What the children that have ended have cost."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
