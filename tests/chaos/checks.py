"""The judges: each goes once over what was found, counts what must not be, and shows a few examples."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.chaos.history import History
from tests.chaos.look import Found

EXAMPLES = 3
STALLED_S = 20.0


@dataclass(frozen=True)
class Verdict:
    """A promise, how often it was broken, and where."""

    promise: str
    broken: int
    examples: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        return self.broken == 0


@dataclass(frozen=True)
class Allowed:
    """What the harness itself has done to the log: events that never had an outbox, and those that must fail."""

    injected: frozenset[str] = frozenset()
    poisoned: frozenset[str] = frozenset()


def judge(history: History, found: Found, allowed: Allowed) -> list[Verdict]:
    """Every promise with what became of it."""
    return [_verdict(promise, judged(history, found, allowed)) for promise, judged in JUDGES.items()]


def _verdict(promise: str, broken: Iterable[str]) -> Verdict:
    shown: list[str] = []
    number = 0
    for each in broken:
        number += 1
        if number <= EXAMPLES:
            shown.append(each)
    return Verdict(promise, number, tuple(shown))


def lost_writes(history: History, found: Found) -> Iterator[str]:
    """Each acknowledged write stands in the rows of its service and, as of that version, in its outbox."""
    versions = {id: version for rows in found.versions.values() for id, version in rows.items()}
    written = {(each.subject, each.sequence) for each in found.events}
    for each in history.acknowledged:
        if each.version and versions.get(each.id, 0) < each.version:
            yield f"{each.method} {each.path}: {each.id} version {each.version} is gone"
        elif each.version and (each.id, each.version) not in written:
            yield f"{each.method} {each.path}: {each.id} version {each.version} has no event"


def doubled_writes(history: History, found: Found) -> Iterator[str]:
    """What an operation creates exists once for each time it was acknowledged, and never more often."""
    created = {each.id for each in history.acknowledged if each.status == 201 and each.version}
    first = [each for each in found.events if each.sequence == 1]
    kinds = {(each.operation, each.event_type) for each in first if each.subject in created}
    for each in first:
        if (each.operation, each.event_type) in kinds and each.subject not in created:
            yield f"{each.operation} made {each.subject}, and nobody was told"


def unknown_writes(history: History) -> Iterator[str]:
    for each in history.operations:
        if each.outcome == "unknown" or not each.status:
            yield f"{each.method} {each.path} under {each.key}"


def unpublished(found: Found) -> Iterator[str]:
    return (f"{each.event_type} {each.event_id}" for each in found.events if not each.published)


def lost_effects(found: Found) -> Iterator[str]:
    taken = {event_id for event_id, _, _ in found.effects}
    return (f"{each.event_type} {each.event_id}" for each in found.events if each.event_id not in taken)


def doubled_effects(found: Found) -> Iterator[str]:
    times = Counter(event_id for event_id, _, _ in found.effects)
    return (f"{event_id} took effect {number} times" for event_id, number in times.items() if number > 1)


def unasked_effects(found: Found, allowed: Allowed) -> Iterator[str]:
    known = {each.event_id for each in found.events} | allowed.injected
    return (event_id for event_id, _, _ in found.effects if event_id not in known)


def miscounted(found: Found) -> Iterator[str]:
    """The tally of each root is the number of its events; tallies of injected roots are not ours."""
    events = Counter(each.root for each in found.events)
    for root, number in events.items():
        if found.tallies.get(root, 0) != number:
            yield f"root {root}: {number} events, counted {found.tallies.get(root, 0)}"


def inversions(found: Found) -> Iterator[str]:
    """Of each aggregate the witness saw the versions 1 to n, one after the other; a second effect is judged apart."""
    places = {each.event_id: (each.subject, each.sequence) for each in found.events}
    last: Counter[str] = Counter()
    seen: set[str] = set()
    for event_id, _, _ in found.effects:
        if event_id in seen or event_id not in places:
            continue
        seen.add(event_id)
        subject, sequence = places[event_id]
        if sequence != last[subject] + 1:
            yield f"{subject}: version {sequence} after {last[subject]}"
        last[subject] = max(last[subject], sequence)


def orphans(found: Found) -> Iterator[str]:
    """Rows and outbox of each service agree: n versions, n events, numbered 1 to n."""
    for name, outbox in found.outboxes.items():
        numbers: dict[str, list[int]] = {}
        for each in outbox:
            numbers.setdefault(each.subject, []).append(each.sequence)
        versions = found.versions[name]
        for id in versions.keys() | numbers.keys():
            told = sorted(numbers.get(id, ()))
            if told != list(range(1, versions.get(id, 0) + 1)):
                yield f"{name} {id}: version {versions.get(id, 0)}, events {told}"


def waiting_for_nobody(found: Found) -> Iterator[str]:
    for what, rows in found.waits.items():
        if what == "request":
            yield from (f"request {each['id']} has no need" for each in rows if each["id"] not in found.needs_of)
        else:
            yield from (f"{what} {each['id']}" for each in rows if each["owner"] is None or each["deadline"] is None)


def overbooked(found: Found) -> Iterator[str]:
    return (f"session {id}: {taken} of {seats}" for id, (seats, taken) in found.seats.items() if taken > seats)


def failures(found: Found, allowed: Allowed) -> Iterator[str]:
    for name, rows in found.failed.items():
        for event_id, state, consumer in rows:
            if event_id not in allowed.poisoned:
                yield f"{name}: {event_id} is {state} with {consumer}"


def stalled(found: Found, since: float, until: float, ending: str) -> Iterator[str]:
    """Events of roots with other endings, written while a poisoned one was blocked, took effect in time."""
    taken: dict[str, float] = {}
    for event_id, _, at in found.effects:
        taken.setdefault(event_id, at)
    for each in found.events:
        if since <= each.recorded_at <= until and not each.root.endswith(ending):
            late = taken.get(each.event_id, float("inf")) - each.recorded_at
            if late > STALLED_S:
                yield f"{each.event_type} of root {each.root}: its effect came {late:.1f} s later"


Judge = Callable[[History, Found, Allowed], Iterable[str]]
JUDGES: dict[str, Judge] = {
    "no acknowledged write is lost": lambda history, found, _: lost_writes(history, found),
    "no write takes effect twice": lambda history, found, _: doubled_writes(history, found),
    "every operation is known in the end": lambda history, _, __: unknown_writes(history),
    "every event leaves its outbox": lambda _, found, __: unpublished(found),
    "every event takes effect": lambda _, found, __: lost_effects(found),
    "no event takes effect twice": lambda _, found, __: doubled_effects(found),
    "no effect comes without an event": lambda _, found, allowed: unasked_effects(found, allowed),
    "the projection counts each event once": lambda _, found, __: miscounted(found),
    "effects come in the order of each root": lambda _, found, __: inversions(found),
    "every change has its event, every event its change": lambda _, found, __: orphans(found),
    "nothing waits without an owner and a deadline": lambda _, found, __: waiting_for_nobody(found),
    "no session gives away more seats than it has": lambda _, found, __: overbooked(found),
    "only what is poisoned fails": lambda _, found, allowed: failures(found, allowed),
}
PROMISES = frozenset(JUDGES)
