"""What a projection sees of its read model while it takes in a batch."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from chassis.log.port import Record
from chassis.store.mapping import Mapped, mapped
from chassis.unit_of_work import UnitOfWork

FEW = 4
"""So many rows are as quick to find one by one, when they are asked for."""


class View:
    """What a projection may do: find a row by its key, put it back changed. `record` is the event's envelope.

    A journal that is never rebuilt may also `add` rows whose key the database draws.
    """

    def __init__(self, uow: UnitOfWork, place: Callable[[Mapped[Any]], sa.Table] | None = None) -> None:
        self._uow = uow
        self._place = place
        self.rows: dict[tuple[type[Any], tuple[Any, ...]], Any] = {}
        self._touched: set[tuple[type[Any], tuple[Any, ...]]] = set()
        self.added: list[Any] = []
        self.record: Record

    @property
    def day(self) -> date:
        """The date of the record in the centre's zone."""
        return self._uow.pack.calendar.day_of(self.record.occurred_at)

    async def foresee(self, events: Sequence[Any], classes: Sequence[type[Any]]) -> None:
        """Find together, a select for each class, the rows that the events of a batch name by their key."""
        for cls in classes:
            mapping = mapped(cls)
            if len(mapping.key) > 1:
                continue
            (key,) = mapping.key
            named = {getattr(event, key, None) for event in events} - {None}
            if len(named) < FEW:
                continue
            table = self._table(mapping)
            found = await self._uow.fetch(sa.select(table).where(table.c[key].in_(named)))
            self.rows |= {(cls, (id,)): None for id in named}
            self.rows |= {(cls, (getattr(row, key),)): row for row in map(mapping.state, found)}

    async def find(self, cls: type[Any], **key: Any) -> Any | None:
        """The row with this primary key as this batch has left it, or None."""
        mapping = mapped(cls)
        place = (cls, tuple(key[name] for name in mapping.key))
        if place not in self.rows:
            table = self._table(mapping)
            chosen = sa.select(table).where(*(table.c[name] == value for name, value in key.items()))
            found = await self._uow.fetch(chosen)
            self.rows[place] = mapping.state(found[0]) if found else None
        return self.rows[place]

    def _table(self, mapping: Mapped[Any]) -> sa.Table:
        return self._place(mapping) if self._place else mapping.table

    def put(self, row: Any) -> None:
        mapping = mapped(type(row))
        place = (type(row), tuple(getattr(row, name) for name in mapping.key))
        self.rows[place] = row
        self._touched.add(place)

    def add(self, row: Any) -> None:
        """Keep a new row behind all others of its table."""
        self.added.append(row)

    @property
    def changed(self) -> list[Any]:
        return [self.rows[place] for place in self._touched]
