"""A unit of work collects what a use case read and changed; one commit writes it, or none of it."""

import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from types import TracebackType
from typing import Any, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa

from chassis.clock import Clock, new_id, wall_now
from chassis.notices.settings import NoticeSettings
from chassis.outside import Outside
from chassis.pack import Pack
from chassis.store.mapping import Mapped, mapped
from chassis.store.port import AnySelect, Batch, Clash, Guard, Insert, Put, Store, Update, Violated
from chassis.supervision import Ending
from chassis.tables import ONCE, Outgoing, Thread, threads
from chassis.turns import Turns
from contracts.event import Event
from contracts.principals import Principal
from contracts.refusals import NotFound, Refusal, StaleVersion, TooBusy

T = TypeVar("T")
R = TypeVar("R")
Scope = Callable[[Principal], sa.ColumnElement[bool]]
ATTEMPTS = 5
ATTEMPTS_ALONE = 40
"""Of two processes that ask for one id each loses every second time; who lost to another's commit goes on asking."""


@dataclass(frozen=True)
class Ground:
    """What the units of one running service stand on."""

    service: str
    source: str
    store: Store
    clock: Clock
    pack: Pack
    scopes: dict[type[Any], Scope]
    turns: Turns = field(default_factory=Turns)
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    ending: Ending = field(default_factory=Ending)
    outside: Outside = field(default_factory=Outside)


@dataclass(frozen=True)
class Cause:
    """Who asked for this unit, under which operation, and what led to it."""

    principal: Principal
    operation: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


@dataclass(slots=True)
class _Written:
    """An aggregate changed in this unit: the version it must still have, and what it shall be."""

    expected: int
    state: Any


class UnitOfWork:
    """`get`: I will change it. `read`: I rely on it. `save`: its new state and the events that say why.

    Both apply the row scope of the class and see what this unit has saved; what is not yours is not found.
    Nothing is written before `commit`.
    """

    def __init__(self, ground: Ground, cause: Cause, *, turn: Any = None) -> None:
        self.ground, self.cause = ground, cause
        self.principal, self.pack = cause.principal, ground.pack
        self.expects: tuple[UUID, int] | None = None
        self._turn = turn
        self._has_turn = False
        self._now: datetime | None = None
        self._listed: dict[tuple[str, UUID], int] = {}
        self._relied: dict[tuple[str, UUID], Guard] = {}
        self._written: dict[tuple[str, UUID], _Written] = {}
        self._rows: dict[tuple[str, tuple[Any, ...]], Any] = {}
        self._inserts: list[Insert] = []
        self._outgoing: list[Outgoing] = []
        self._alone: dict[UUID, int] = {}

    async def __aenter__(self) -> "UnitOfWork":
        if self._turn is not None:
            await self._take_turn(self._turn)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._has_turn:
            self.ground.turns.give_back(self._turn)
            self._has_turn = False

    def now(self) -> datetime:
        """Business time, the same throughout the unit."""
        if self._now is None:
            self._now = self.ground.clock.now()
        return self._now

    def today(self) -> date:
        """The date in the centre's zone."""
        return self.pack.calendar.day_of(self.now())

    def new_id(self) -> UUID:
        return new_id()

    # reading

    async def get(self, cls: type[T], id: UUID) -> T:
        """Load an aggregate to change it; the first one takes a turn on its root, then reads again."""
        state = await self._load(cls, id)
        if not self._has_turn and _key(cls, id) not in self._written:
            await self._take_turn(mapped(cls).root_of(state))
            state = await self._load(cls, id)
        self._check_expected(id, state)
        self._rely(cls, state)
        return self._as_listed(cls, state)

    async def read(self, cls: type[T], id: UUID) -> T:
        """Load an aggregate this unit relies on: the commit fails if it changes meanwhile."""
        state = await self._load(cls, id)
        self._rely(cls, state)
        return self._as_listed(cls, state)

    async def all(self, cls: type[T], *, order_by: str = "id", heavy: bool = False, **equals: Any) -> list[T]:
        """Every aggregate in the principal's scope whose fields equal these, as this unit has left them."""
        mapping = mapped(cls)
        wanted = sa.select(mapping.table).where(self.scope(cls), *self._equal(mapping, equals))
        found: dict[UUID, Any] = {row[0]: mapping.state(row) for row in await self.fetch(wanted, heavy=heavy)}
        for id, state in found.items():
            self._listed.setdefault((mapping.table.name, id), state.version)
        for (name, id), written in self._written.items():
            if name == mapping.table.name:
                found.pop(id, None)
                if all(getattr(written.state, field) == value for field, value in equals.items()):
                    found[id] = written.state
        return sorted(found.values(), key=lambda state: getattr(state, order_by))

    async def find(self, cls: type[T], **key: Any) -> T | None:
        """A plain row (of a projection, a job) by its primary key, or None; no scope applies."""
        mapping = mapped(cls)
        own = self._rows.get((mapping.table.name, tuple(key[name] for name in mapping.key)))
        if own is not None:
            return own  # type: ignore[no-any-return]
        rows = await self.fetch(sa.select(mapping.table).where(*self._equal(mapping, key)))
        return mapping.state(rows[0]) if rows else None

    async def alone_on(self, *ids: UUID) -> None:
        """Of two units that ask for the same id, in any process, the second runs again and sees what the first wrote.

        For an invariant over rows that no one version guards (the seats of a session, the days of a trainer).
        Ask first, read afterwards.
        """
        for id in ids:
            if not self._has_turn:
                await self._take_turn(id)
            if id not in self._alone:
                thread = await self.find(Thread, id=id)
                self._alone[id] = thread.version if thread else 0

    @property
    def attempts(self) -> int:
        """How often such a unit is run before its caller is told that others were always first."""
        return ATTEMPTS_ALONE if self._alone else ATTEMPTS

    def turn_after(self, clash: Clash) -> Any:
        """Whose turn it runs in again: that of the row that clashed, or of the id under which it wanted to be alone."""
        return clash.id if clash.id in self._alone or not self._alone else next(iter(self._alone))

    async def overtaken(self) -> Clash | None:
        """A row that has changed since it was read here: with such a one, a refusal may rest on two moments at once."""
        for guard in self._relied.values() if len(self._relied) > 1 else ():
            now = await self.fetch(sa.select(guard.table.c.version).where(guard.table.c.id == guard.id))
            if [row[0] for row in now] != [guard.version]:
                return Clash(guard.table.name, guard.id)
        return None

    def rely(self, state: Any) -> None:
        """Write nothing unless this row still has the version held here."""
        self._rely(type(state), state)

    async def fetch(self, statement: AnySelect, *, heavy: bool = False) -> list[tuple[Any, ...]]:
        """Committed rows of any select; the caller applies `scope` where rows belong to somebody."""
        return list(await self.ground.store.fetch(statement, heavy=heavy))

    def scope(self, cls: type[Any]) -> sa.ColumnElement[bool]:
        """The rows of a class that this principal may see."""
        return self.ground.scopes[cls](self.principal)

    @contextmanager
    def acting_as(self, principal: Principal) -> Iterator[None]:
        """Go on by another's right, and in its name: what follows by rule is the system's, not the caller's."""
        caller, self.principal = self.principal, principal
        try:
            yield
        finally:
            self.principal = caller

    # writing

    def save(self, state: T, *events: Event) -> T:
        """Keep a new state and the events that explain it; returns it with its new version."""
        if not events:
            raise TypeError(f"{type(state).__name__} changed without an event")
        kept, held = self.keep(state, steps=len(events)), cast(Any, state)
        for step, event in enumerate(events, start=1):
            self._publish(mapped(type(state)), held, event, held.version + step)
        return kept

    def keep(self, state: T, *, steps: int = 1) -> T:
        """Keep a state with a version that no event tells of (a notice's); returns it with its new version."""
        held: Any = state
        key = _key(type(state), held.id)
        written = self._written.get(key)
        if written is not None and written.state.version != held.version:
            raise RuntimeError(f"{type(state).__name__} was saved before: go on with what save returned")
        kept: Any = dataclasses.replace(held, version=held.version + steps)
        self._written[key] = _Written(written.expected if written else held.version, kept)
        return kept  # type: ignore[no-any-return]

    def put(self, row: Any) -> None:
        """Keep a plain row, new or not (a projection's, a job's)."""
        mapping = mapped(type(row))
        self._rows[(mapping.table.name, tuple(getattr(row, name) for name in mapping.key))] = row

    def add(self, row: Any) -> None:
        """Keep a new plain row; a taken key refuses the whole unit."""
        mapping = mapped(type(row))
        values = {
            name: value for name, value in mapping.row(row).items() if value is not None or name not in mapping.key
        }
        self._inserts.append(Insert(mapping.table, values))

    @property
    def events(self) -> list[Outgoing]:
        """What this unit will publish."""
        return self._outgoing

    async def commit(self) -> None:
        """Write everything as one batch. Raises the store's errors; a taken unique key becomes its refusal."""
        batch = self._batch()
        if not batch.changes:
            return
        try:
            await self.ground.store.commit(batch)
        except Violated as violated:
            if violated.table in ONCE and violated.columns == {"id"}:
                raise Clash(violated.table, violated.row["id"]) from violated
            await self._check_first(violated)
            refusal = self._refusal_of(violated)
            if refusal is None:
                raise
            raise refusal from violated

    async def _check_first(self, violated: Violated) -> None:
        """A key taken by whoever came first on an id of ours is no refusal yet: this unit has not seen it."""
        for id, version in self._alone.items():
            thread = await self.find(Thread, id=id)
            if thread is not None and thread.version != version:
                raise Clash(threads.table.name, id) from violated

    def _refusal_of(self, violated: Violated) -> Refusal | None:
        states = [written.state for written in self._written.values()] + list(self._rows.values())
        for mapping in {mapped(type(state)) for state in states}:
            if mapping.table.name == violated.table:
                return mapping.refusal_of(violated.columns, violated.row)
        return None

    def _batch(self) -> Batch:
        changes: list[Insert | Update | Put] = list(self._inserts)
        for (name, _), written in self._written.items():
            mapping = mapped(type(written.state))
            row = mapping.row(written.state)
            new = written.expected == 0
            changes.append(Insert(mapping.table, row) if new else Update(mapping.table, row, written.expected))
            self._relied.pop((name, written.state.id), None)
        for row in self._rows.values():
            changes.append(Put(mapped(type(row)).table, mapped(type(row)).row(row)))
        for event in self._outgoing:
            values = mapped(Outgoing).row(event)
            del values["position"]
            changes.append(Insert(mapped(Outgoing).table, values))
        if changes:
            changes += [_passed(id, version) for id, version in self._alone.items()]
        return Batch(changes, list(self._relied.values()))

    # inside

    async def _take_turn(self, key: Any) -> None:
        await self.ground.turns.take(key)
        self._turn, self._has_turn = key, True

    async def _load(self, cls: type[T], id: UUID) -> T:
        mapping = mapped(cls)
        written = self._written.get(_key(cls, id))
        if written is not None:
            return written.state  # type: ignore[no-any-return]
        rows = await self.fetch(sa.select(mapping.table).where(mapping.table.c.id == id, self.scope(cls)))
        if not rows:
            raise NotFound(thing=_words(cls), id=str(id))
        return mapping.state(rows[0])

    def _as_listed(self, cls: type[T], state: T) -> T:
        """What was chosen from a list may have changed since: then the choice is old, and no rule may judge by it."""
        held: Any = state
        key = _key(cls, held.id)
        if key not in self._written and self._listed.get(key, held.version) != held.version:
            raise Clash(mapped(cls).table.name, held.id)
        return state

    def _rely(self, cls: type[Any], state: Any) -> None:
        key = _key(cls, state.id)
        if key not in self._written:
            self._relied.setdefault(key, Guard(mapped(cls).table, state.id, state.version))

    def _check_expected(self, id: UUID, state: Any) -> None:
        if self.expects is None or self.expects[0] != id or _key(type(state), id) in self._written:
            return
        if self.expects[1] != state.version:
            raise StaleVersion(version=state.version)

    def _publish(self, mapping: Mapped[Any], state: Any, event: Event, sequence: int) -> None:
        root = mapping.root_of(state)
        if event.subject != state.id or event.root != root or event.topic != self.ground.service:
            raise RuntimeError(f"{event.event_type} does not speak of this {type(state).__name__}")
        self._outgoing.append(
            Outgoing(
                position=None,
                event_id=new_id(),
                event_type=event.event_type,
                topic=event.topic,
                subject=event.subject,
                root=root,
                sequence=sequence,
                occurred_at=self.now(),
                recorded_at=wall_now(),
                correlation_id=self.cause.correlation_id,
                causation_id=self.cause.causation_id,
                traceparent=self.cause.traceparent,
                actor_id=self.principal.principal_id,
                operation=self.cause.operation,
                data=event.model_dump_json(),
            )
        )

    @staticmethod
    def _equal(mapping: Mapped[Any], equals: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
        return [mapping.table.c[name] == value for name, value in equals.items()]


def _passed(id: UUID, version: int) -> Insert | Update:
    row = {"id": id, "version": version + 1}
    return Update(threads.table, row, version) if version else Insert(threads.table, row)


async def in_one_unit(
    ground: Ground,
    cause: Cause,
    work: Callable[[UnitOfWork], Awaitable[R]],
    *,
    expects: tuple[UUID, int] | None = None,
) -> R:
    """Run a use case and commit it; after a clash again, in the turn of the row that clashed and nothing else."""
    turn: Any = None
    attempts = 0
    while True:
        uow = UnitOfWork(ground, cause, turn=turn)
        uow.expects = expects
        try:
            async with uow:
                result = await work(uow)
                await uow.commit()
                return result
        except (Clash, Refusal) as error:
            clash = error if isinstance(error, Clash) else await uow.overtaken()
            if clash is None:
                raise
            attempts += 1
            if attempts >= uow.attempts:
                raise TooBusy from clash
            turn = uow.turn_after(clash)


def _key(cls: type[Any], id: UUID) -> tuple[str, UUID]:
    return mapped(cls).table.name, id


def _words(cls: type[Any]) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in cls.__name__).strip()
