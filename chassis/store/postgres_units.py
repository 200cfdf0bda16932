"""A unit of work as one PostgreSQL statement: its shape, its SQL, its rows as arrays."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa

from chassis.store.mapping import IN_ORDER
from chassis.store.port import Batch, Change, Clash, Guard, Insert, Put, Update
from chassis.store.statements import Decoder, encoder
from chassis.store.types import Day, Id

_CLASH = re.compile(r"clash/(\d+)/([^/]*)/")
_NATIVE = (Id, Day)  # the driver takes these as they are
_EXPECTED = "expected_version"
Kind = type[Insert] | type[Update] | type[Put] | type[Guard]
Row = tuple[Any, ...]
Touched = frozenset[tuple[Any, ...]]


class Op:
    """One kind of write into one table, with one set of columns: one part of the statement.

    Its values travel as one array per column, so the text is the same for one row or a thousand.
    """

    def __init__(self, dialect: sa.Dialect, kind: Kind, table: sa.Table, names: tuple[str, ...]) -> None:
        self.kind, self.table = kind, table
        self.key = tuple(column.name for column in table.primary_key)
        columns = [table.c[name] for name in names]
        fields = [dialect.identifier_preparer.quote(name) for name in names]
        quote = dialect.identifier_preparer
        self._target = quote.format_table(table)
        self._columns = fields
        self._key = [quote.quote(name) for name in self.key]
        self._set = [
            (field, _cast(dialect, column, field))
            for field, column in zip(fields, columns, strict=True)
            if column.name not in self.key
        ]
        self._values = [_cast(dialect, column, field) for field, column in zip(fields, columns, strict=True)]
        if kind is Update:  # beside the version the row shall have travels the one it must still have
            columns, fields = [*columns, table.c.version], [*fields, _EXPECTED]
        self._arrays = [f"{_array(dialect, column)}[]" for column in columns]
        self._source = fields
        self._encoders = [_encoder(dialect, column) for column in columns]

    @property
    def width(self) -> int:
        """How many arrays it takes."""
        return len(self._arrays)

    def encoded(self, values: Iterable[Any]) -> Row:
        return tuple(
            [value if encode is None else encode(value) for value, encode in zip(values, self._encoders, strict=True)]
        )

    def sql(self, place: int, first: int) -> str:
        """The part `w<place>` of the statement, its arrays being `$first` and the following."""
        arrays = ", ".join(f"${first + number}::{kind}" for number, kind in enumerate(self._arrays))
        source = f"unnest({arrays}) AS v({', '.join(self._source)})"
        if self.kind is Guard:
            body = (
                f"SELECT t.id FROM {self._target} AS t JOIN {source} "
                "ON t.id = v.id AND t.version = v.version FOR SHARE OF t"
            )
        elif self.kind is Update:
            body = (
                f"UPDATE {self._target} AS t SET {', '.join(f'{field} = {value}' for field, value in self._set)} "
                f"FROM {source} WHERE t.id = v.id AND t.version = v.{_EXPECTED} RETURNING t.id"
            )
        else:
            body = self._insert(source)
        return f"w{place} AS ({body})"

    def _insert(self, source: str) -> str:
        if self.table.info.get(IN_ORDER):
            # Numbers are drawn when a row is written but seen when it is committed: one writer at a time
            # (of any process), so that nobody reads past a number that is still to come.
            turn = f"pg_advisory_xact_lock(hashtextextended('{IN_ORDER} {self.table.name}', 0))"
            source = f"(SELECT {turn} OFFSET 0) AS turn CROSS JOIN {source}"
        sql = f"INSERT INTO {self._target} ({', '.join(self._columns)}) SELECT {', '.join(self._values)} FROM {source}"
        if self.kind is Insert:
            return sql
        sets = ", ".join(f"{field} = excluded.{field}" for field, _ in self._set)
        return f"{sql} ON CONFLICT ({', '.join(self._key)}) DO {f'UPDATE SET {sets}' if sets else 'NOTHING'}"

    def check(self, place: int, first: int) -> str:
        """A select that fails, naming the row, unless every row was found in its version.

        A failed cast is the only way a plain statement can undo itself; the marker in it survives translation.
        """
        at = self._source.index("id")
        ids = f"${first + at}::{self._arrays[at]}"
        return (
            f"SELECT CAST('clash/{place}/' || v.id::text || '/' AS integer) FROM unnest({ids}) AS v(id) "
            f"WHERE (SELECT count(*) FROM w{place}) <> cardinality({ids}) "
            f"AND NOT EXISTS (SELECT FROM w{place} WHERE w{place}.id = v.id)"
        )


Shape = tuple[Op, ...]


@dataclass(slots=True, eq=False)
class Unit:
    """A batch ready to be sent, and the caller waiting for it."""

    batch: Batch
    shape: Shape
    rows: list[list[Row]]
    writes: Touched
    relies: Touched
    since: float
    done: "asyncio.Future[None]"

    @property
    def size(self) -> int:
        return sum(map(len, self.rows))

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)
            self.done.exception()  # its caller may be gone: then nobody is to be told


class Units:
    """Makes units of batches, and the statement that writes several of one shape."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = dialect
        self._ops: dict[Any, Op] = {}
        self._sql: dict[Shape, str] = {}

    def unit(self, batch: Batch, loop: asyncio.AbstractEventLoop) -> Unit:
        """Values are encoded here, so that a wrong one fails its own caller and nobody else."""
        rows: dict[Op, list[Row]] = {}
        writes: dict[tuple[Any, ...], tuple[Op, int]] = {}
        updated = {
            (change.table.name, change.row["id"]): change.version
            for change in batch.changes
            if isinstance(change, Update)
        }
        relies = set()
        for guard in batch.guards:
            place = (guard.table.name, guard.id)
            if updated.get(place) != guard.version:  # else the update itself is the guard
                op = self._op(Guard, guard.table, ("id", "version"))
                rows.setdefault(op, []).append(op.encoded((guard.id, guard.version)))
                relies.add(place)
        for change in batch.changes:
            self._add(change, rows, writes)
        shape = tuple(rows)
        return Unit(
            batch, shape, list(rows.values()), frozenset(writes), frozenset(relies), loop.time(), loop.create_future()
        )

    def _add(self, change: Change, rows: dict[Op, list[Row]], writes: dict[Any, tuple[Op, int]]) -> None:
        kind, row = type(change), change.row
        counted = change.table.autoincrement_column
        if counted is not None and counted.name in row and row[counted.name] is None and kind is Insert:
            row = {name: value for name, value in row.items() if name != counted.name}
        op = self._op(kind, change.table, tuple(row))
        mine = rows.setdefault(op, [])
        values = op.encoded((*row.values(), change.version) if isinstance(change, Update) else row.values())
        if kind is not Insert:
            place = (change.table.name, *(row[name] for name in op.key))
            if place in writes:
                before, number = writes[place]
                if before is not op or kind is not Put:
                    raise ValueError(f"two writes of one row in one unit: {place}")
                mine[number] = values
                return
            writes[place] = (op, len(mine))
        mine.append(values)

    def _op(self, kind: Kind, table: sa.Table, names: tuple[str, ...]) -> Op:
        place = (kind, table, names)
        op = self._ops.get(place)
        if op is None:
            op = self._ops[place] = Op(self.dialect, kind, table, names)
        return op

    def statement(self, units: Sequence[Unit]) -> tuple[str, list[Any]]:
        """The statement that writes all of these units, or none; they have the same shape."""
        shape = units[0].shape
        sql = self._sql.get(shape)
        if sql is None:
            sql = self._sql[shape] = _statement(shape)
        arguments: list[Any] = []
        for place in range(len(shape)):
            arguments += zip(*chain.from_iterable(unit.rows[place] for unit in units), strict=True)
        return sql, arguments


def _statement(shape: Shape) -> str:
    parts, checks, first = [], [], 1
    for place, op in enumerate(shape):
        parts.append(op.sql(place, first))
        if op.kind in (Guard, Update):
            checks.append(op.check(place, first))
        first += op.width
    return f"WITH {', '.join(parts)} {' UNION ALL '.join(checks) or 'SELECT 1'}"


def clash_of(unit: Unit, message: str) -> Clash | None:
    """The clash a failed check speaks of."""
    found = _CLASH.search(message)
    if found is None:
        return None
    op = unit.shape[int(found[1])]
    ids: Iterable[Any] = (
        [guard.id for guard in unit.batch.guards if guard.table is op.table]
        if op.kind is Guard
        else [change.row["id"] for change in unit.batch.changes if change.table is op.table]
    )
    return Clash(op.table.name, next((each for each in ids if str(each) == found[2]), found[2]))


def _array(dialect: sa.Dialect, column: sa.Column[Any]) -> str:
    """The SQL type of the elements that carry this column; `unnest` would flatten arrays of arrays."""
    if isinstance(column.type, sa.ARRAY):
        return "text"
    return dialect.type_compiler_instance.process(column.type)


def _cast(dialect: sa.Dialect, column: sa.Column[Any], field: str) -> str:
    if isinstance(column.type, sa.ARRAY):
        return f"v.{field}::{dialect.type_compiler_instance.process(column.type)}"
    return f"v.{field}"


def _encoder(dialect: sa.Dialect, column: sa.Column[Any]) -> Decoder:
    if isinstance(column.type, _NATIVE):
        return None
    return _array_literal if isinstance(column.type, sa.ARRAY) else encoder(dialect, column)


def _array_literal(values: Sequence[Any] | None) -> str | None:
    if values is None:
        return None
    return "{" + ",".join(map(_array_element, values)) + "}"


def _array_element(value: Any) -> str:
    if value is None:
        return "NULL"
    text = f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
