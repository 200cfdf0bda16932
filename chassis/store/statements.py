"""Core statements compiled once per shape, for the raw driver of either database."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

Decoder = Callable[[Any], Any] | None


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
        self._decoders: dict[int, Sequence[Decoder]] = {}

    def ready(self, statement: Any) -> Ready:
        """Compile a select, insert, update or delete with its own parameters."""
        before = len(self._compiled)
        compiled, extracted, _, _ = statement._compile_w_cache(
            self.dialect, compiled_cache=self._compiled, column_keys=[]
        )
        if len(self._compiled) > before:
            self.misses += 1
            if len(self._compiled) > self._size:
                self._compiled.clear()
                self._decoders.clear()
        else:
            self.hits += 1
        if not isinstance(compiled, SQLCompiler):
            return Ready(str(compiled), (), ())
        return self._bind(compiled, extracted, keep=extracted is not None)

    def _bind(self, compiled: SQLCompiler, extracted: Any, *, keep: bool) -> Ready:
        parameters = compiled.construct_params(extracted_parameters=extracted)
        sql, names = compiled.string, compiled.positiontup or ()
        processors: dict[str, Any] = dict(compiled._bind_processors)
        if compiled.post_compile_params:
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
        if known is None:
            known = [decoder(self.dialect, entry.type) for entry in compiled._result_columns]
            if keep:  # the cache keeps it alive, so its id stays its own
                self._decoders[id(compiled)] = known
        return known


def encoder(dialect: sa.Dialect, column: sa.Column[Any]) -> Decoder:
    """How a Python value of this column becomes the driver's."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def decoder(dialect: sa.Dialect, kind: Any) -> Decoder:
    """How the driver's value becomes a Python one."""
    processor: Decoder = kind.dialect_impl(dialect).result_processor(dialect, None)
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
