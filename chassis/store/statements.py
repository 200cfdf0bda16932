"""Core statements compiled once per shape, for the raw driver of either database."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.sql.compiler import ResultColumnsEntry, SQLCompiler

Decoder = Callable[[Any], Any] | None
_NUMERIC_OID = 1700  # what PostgreSQL calls the type of a figure; SQLAlchemy's numeric types ask for it
_PADDED_TO = 16_384  # below what either driver allows in one statement


class Ready(NamedTuple):
    """SQL text, its positional arguments and one decoder per selected column."""

    sql: str
    arguments: tuple[Any, ...]
    decoders: Sequence[Decoder]


class Statements:
    """Compiles with a bounded cache; `hits` and `misses` are counted because one uncacheable type
    would silently compile every call anew."""

    def __init__(self, dialect: sa.Dialect, size: int = 1_000) -> None:
        self.dialect = dialect
        self.hits = self.misses = 0
        self._size = size
        self._compiled: OrderedDict[Any, Any] = OrderedDict()
        self._decoders: dict[int, tuple[SQLCompiler, Sequence[Decoder]]] = {}

    def ready(self, statement: Any) -> Ready:
        """Compile a select, insert, update or delete with its own parameters, or DDL."""
        if isinstance(statement, sa.schema.ExecutableDDLElement):
            return Ready(str(statement.compile(dialect=self.dialect)), (), ())
        compiled, extracted, _, outcome = statement._compile_w_cache(
            self.dialect, compiled_cache=self._compiled, column_keys=[]
        )
        if outcome is CacheStats.CACHE_HIT:
            self.hits += 1
        else:
            self.misses += 1
            if len(self._compiled) > self._size:
                self._compiled.clear()
                self._decoders.clear()
        return self._bind(compiled, extracted, keep=extracted is not None)

    def _bind(self, compiled: SQLCompiler, extracted: Any, *, keep: bool) -> Ready:
        parameters = compiled.construct_params(extracted_parameters=extracted)
        sql: str = compiled.string
        names: Sequence[str] = compiled.positiontup or ()
        processors: dict[str, Any] = dict(compiled._bind_processors)
        if compiled.post_compile_params:
            for bound in compiled.post_compile_params:
                if bound.expanding:
                    name = compiled.bind_names[bound]
                    parameters[name] = _padded(parameters[name])
            expanded = compiled._process_parameters_for_postcompile(parameters)
            sql, names = expanded.statement, expanded.positiontup or ()
            parameters = {**parameters, **expanded.parameters}
            processors.update(expanded.processors)
        arguments = tuple(
            processors[name](parameters[name]) if name in processors else parameters[name] for name in names
        )
        return Ready(sql, arguments, self._decoders_of(compiled, keep))

    def _decoders_of(self, compiled: SQLCompiler, keep: bool) -> Sequence[Decoder]:
        known = self._decoders.get(id(compiled))
        if known is not None:
            return known[1]
        decoders = [self._decoder_of(entry) for entry in compiled._result_columns]
        if keep:  # kept alive beside them, so that its id stays its own
            self._decoders[id(compiled)] = compiled, decoders
        return decoders

    def _decoder_of(self, entry: ResultColumnsEntry) -> Decoder:
        """Of one selected value. PostgreSQL adds up big integers as numeric: what is no plain column is made an int."""
        counted = isinstance(entry.type, sa.Integer) and not any(isinstance(each, sa.Column) for each in entry.objects)
        if counted and self.dialect.name == "postgresql":
            return _integer
        return decoder(self.dialect, entry.type)


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)


def _padded(values: Sequence[Any]) -> Sequence[Any]:
    """The members of an IN list, the last one repeated up to a power of two: a dozen texts instead of one per
    length, each of which the database would have to prepare and remember."""
    wanted = 1 << (len(values) - 1).bit_length() if values else 0
    if not len(values) < wanted <= _PADDED_TO:
        return values
    return [*values, *[values[-1]] * (wanted - len(values))]


def encoder(dialect: sa.Dialect, column: sa.Column[Any]) -> Decoder:
    """How a Python value of this column becomes the driver's."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def decoder(dialect: sa.Dialect, kind: Any) -> Decoder:
    """How the driver's value becomes a Python one."""
    processor: Decoder = kind.dialect_impl(dialect).result_processor(dialect, _NUMERIC_OID)
    return processor


def decoded(rows: Sequence[Sequence[Any]], decoders: Sequence[Decoder]) -> list[tuple[Any, ...]]:
    """Rows of the driver as Python values."""
    active = [(place, each) for place, each in enumerate(decoders) if each is not None]
    if not active:
        return [tuple(row) for row in rows]
    out = []
    for row in rows:
        values = list(row)
        for place, decode in active:
            values[place] = decode(values[place])
        out.append(tuple(values))
    return out
