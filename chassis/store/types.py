"""Column types that keep money, time and values exact on both databases."""

from datetime import UTC, date, datetime
from decimal import Context, Decimal, DecimalException, Inexact
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

SCALE = 4


_EXACTLY = Context(prec=60, traps=[Inexact])
_MOST = 2**63 - 1
_PLACES = Decimal(1).scaleb(-SCALE)
_SPLIT = 10**9


class InexactAmount(ValueError):
    """A figure has more than four decimal places, or over 922 million million: the rule that made it must round."""


class Id(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, its text on SQLite."""

    impl = sa.Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Uuid(as_uuid=True))
        return dialect.type_descriptor(sa.String(36))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        if value is None:
            return None
        return UUID(value) if isinstance(value, str) else UUID(int=value.int)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz` on PostgreSQL, fixed-width ISO text on SQLite (sorts as time)."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else f"{moment.isoformat(timespec='microseconds')[:26]}Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        # The end of time comes without a zone, as `infinity`.
        moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC)


class Day(TypeDecorator[date]):
    """A date: native on PostgreSQL, ISO text on SQLite."""

    impl = sa.Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.Date() if dialect.name == "postgresql" else sa.String(10))

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class Exact(TypeDecorator[Decimal]):
    """A figure with four decimal places: `numeric` on PostgreSQL, a scaled integer on SQLite, so that
    comparisons and `sum` are exact on both. Holds up to 922 million million."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.NUMERIC(38, SCALE))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        scaled = _scaled(value)
        return value if dialect.name == "postgresql" else scaled

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name != "postgresql":
            return Decimal(value).scaleb(-SCALE)
        # A sum of nothing, coalesced to 0, comes without places.
        return value if value.same_quantum(_PLACES) else _EXACTLY.quantize(value, _PLACES)


def _scaled(value: Decimal) -> int:
    """In ten-thousandths; the limit is that of both databases, so that what one takes the other takes."""
    try:
        scaled = _EXACTLY.scaleb(value, SCALE)
        if abs(scaled) > _MOST or scaled != scaled.to_integral_value():
            raise InexactAmount(str(value))
    except DecimalException as error:
        raise InexactAmount(str(value)) from error
    return int(scaled)


class ExactSum(TypeDecorator[Decimal]):
    """What `exact_sum` gives: a figure that may be larger than any single one."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.Numeric() if dialect.name == "postgresql" else sa.Text())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        large, small = value.split(":")
        return _EXACTLY.scaleb(Decimal(int(large) * _SPLIT + int(small)), -SCALE)


class exact_sum(sa.sql.functions.FunctionElement[Decimal]):  # noqa: N801  reads as the SQL function it is
    """The sum of an `Exact` column. SQLite's own fails beyond 922 million million, which ten rows can hold:
    there the large and the small digits are added up apart."""

    name = "exact_sum"
    type = ExactSum()
    inherit_cache = True


@compiles(exact_sum)
def _sum(element: exact_sum, compiler: SQLCompiler, **options: Any) -> str:
    return f"sum({compiler.process(element.clauses, **options)})"


@compiles(exact_sum, "sqlite")
def _sum_apart(element: exact_sum, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"(sum({column} / {_SPLIT}) || ':' || sum({column} % {_SPLIT}))"


class number_in(sa.sql.functions.FunctionElement[int]):  # noqa: N801  reads as the SQL function it is
    """A whole number inside a `Document`, by the name of its field: `number_in(engagements.c.client_rating, "score")`.

    The database adds such numbers up where fetching and parsing every document would cost ten times as much.
    """

    name = "number_in"
    type = sa.BigInteger()
    inherit_cache = True


@compiles(number_in)
def _number(element: number_in, compiler: SQLCompiler, **options: Any) -> str:
    document, field = element.clauses
    path = compiler.process(field, **options)
    return f"CAST(CAST({compiler.process(document, **options)} AS json) ->> {path} AS bigint)"


@compiles(number_in, "sqlite")
def _number_extracted(element: number_in, compiler: SQLCompiler, **options: Any) -> str:
    document, field = element.clauses
    return f"json_extract({compiler.process(document, **options)}, '$.' || {compiler.process(field, **options)})"


class Document(TypeDecorator[Any]):
    """A nested value as JSON, written and read by the type it was declared with."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, annotation: Any = Any) -> None:
        super().__init__()
        self.annotation = annotation
        self._adapter: TypeAdapter[Any] = TypeAdapter(annotation)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self._adapter.dump_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.validate_json(value)

    def __repr__(self) -> str:
        return "Document()"
