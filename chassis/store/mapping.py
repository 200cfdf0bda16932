"""A table from the annotations of a frozen dataclass: `table(metadata, Client, "clients")`."""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from chassis.store.types import Day, Document, Exact, Id, Instant
from contracts.refusals import Refusal

IN_ORDER = "in_order"
T = TypeVar("T")


@dataclass(frozen=True)
class Unique:
    """A unique constraint and the refusal a second row meets; `where` limits it to some rows (SQL text)."""

    columns: tuple[str, ...]
    refusal: type[Refusal]
    where: str | None = None


@dataclass(frozen=True, eq=False)
class Mapped(Generic[T]):
    """A class of state, its table, and for a member the root whose thread it stands in."""

    cls: type[T]
    table: sa.Table
    key: tuple[str, ...]
    root: "Mapped[Any] | None"
    root_field: str | None
    uniques: tuple[Unique, ...]
    fields: tuple[str, ...]

    @property
    def is_aggregate(self) -> bool:
        """Whether its rows carry a version."""
        return "version" in self.fields

    def row(self, state: T) -> dict[str, Any]:
        return {name: getattr(state, name) for name in self.fields}

    def state(self, values: Sequence[Any]) -> T:
        """From the values of `select(table)`, in the order of its columns."""
        return self.cls(*values)

    def root_of(self, state: T) -> UUID:
        """The id of the root whose turn a change of this state takes."""
        root: UUID = getattr(state, self.root_field or "id")
        return root

    def refusal_of(self, columns: frozenset[str], row: Mapping[str, Any]) -> Refusal | None:
        """The refusal named by the unique constraint over these columns."""
        for unique in self.uniques:
            if frozenset(unique.columns) == columns:
                return unique.refusal(**{name: row[name] for name in unique.columns})
        return None


mapped_classes: dict[type[Any], Mapped[Any]] = {}


def table(
    metadata: sa.MetaData,
    cls: type[T],
    name: str,
    *,
    root: tuple[type[Any], str] | None = None,
    key: tuple[str, ...] = ("id",),
    unique: Sequence[Unique] = (),
    indexes: Sequence[tuple[str, ...]] = (),
    autoincrement: bool = False,
    in_order: bool = False,
) -> Mapped[T]:
    """Map a frozen dataclass: its fields become the columns, in their order.

    `root` names the class and the field that holds its id, for a member of another aggregate's thread.
    A class with `version` is an aggregate (saved with events); one without is a plain row (`uow.put`).
    `autoincrement` lets the database draw the key of a row inserted without it. `in_order` promises that who has
    read up to a number will find no smaller one later, at the price of one writer at a time.
    """
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = tuple(field.name for field in dataclasses.fields(cls))  # type: ignore[arg-type]
    columns = [_column(field, hints[field], key, autoincrement) for field in fields]
    constraints = [_unique(name, each) for each in unique]
    lookups = [sa.Index(f"ix_{name}_{'_'.join(each)}", *each) for each in indexes]
    made = sa.Table(name, metadata, *columns, *constraints, *lookups, sqlite_autoincrement=autoincrement)
    if in_order:
        made.info[IN_ORDER] = True
    mapped = Mapped(
        cls=cls,
        table=made,
        key=key,
        root=mapped_classes[root[0]] if root else None,
        root_field=root[1] if root else None,
        uniques=tuple(unique),
        fields=fields,
    )
    mapped_classes[cls] = mapped
    return mapped


def mapped(cls: type[T]) -> Mapped[T]:
    """The mapping of a class; a class without one is a mistake of the programmer."""
    return mapped_classes[cls]


def _unique(name: str, unique: Unique) -> sa.Index:
    where = sa.text(unique.where) if unique.where else None
    return sa.Index(
        f"uq_{name}_{'_'.join(unique.columns)}",
        *unique.columns,
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _column(name: str, annotation: Any, key: tuple[str, ...], autoincrement: bool) -> sa.Column[Any]:
    inner, nullable = _without_none(annotation)
    counted = autoincrement and name in key
    return sa.Column(
        name,
        _column_type(inner, counted),
        primary_key=name in key,
        nullable=nullable and name not in key,
        autoincrement=counted,
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [each for each in typing.get_args(annotation) if each is not type(None)]
        nullable = len(members) < len(typing.get_args(annotation))
        return (members[0] if len(members) == 1 else annotation), nullable
    return annotation, False


class Enumeration(sa.types.TypeDecorator[Enum]):
    """An enum by its value, as text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, enum: type[Enum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return value.value if isinstance(value, Enum) else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Enum | None:
        return None if value is None else self.enum(value)

    def __repr__(self) -> str:
        return "Text()"


_SIMPLE: dict[type[Any], type[TypeEngine[Any]]] = {
    UUID: Id,
    datetime: Instant,
    date: Day,
    Decimal: Exact,
    str: sa.Text,
    int: sa.BigInteger,
    bool: sa.Boolean,
    bytes: sa.LargeBinary,
}


def _column_type(annotation: Any, counted: bool) -> TypeEngine[Any]:
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    if counted:
        return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Enumeration(annotation)
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]()
    if typing.get_origin(annotation) is typing.Literal:
        return sa.Text()
    return Document(annotation)
