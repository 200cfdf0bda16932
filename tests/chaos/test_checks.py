"""Each judge sees what it is there to see: a small history that is right, and one wrong thing at a time."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.checks import PROMISES, Allowed, judge, stalled
from tests.chaos.history import History, Operation
from tests.chaos.look import Found, Written

MILL, PLANT, SESSION = "mill", "plant", "session"
Change = Callable[[History, Found], None]


def event(number: int, subject: str, sequence: int, operation: str, root: str = MILL) -> Written:
    return Written(
        f"e{number}", f"{subject}_{sequence}", root, subject, sequence, operation, None, 100.0 + number, True
    )


def operation(number: int, id: str, version: int, status: int = 201) -> Operation:
    path = f"/v1/{id}s" if status == 201 else f"/v1/{id}s/{id}"
    made = Operation(number, "POST", path, f"key {number}", 100.0)
    made.outcome, made.status, made.id, made.version = "ok", status, id, version
    return made


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.jsonl")
    history.operations += [operation(1, MILL, 1), operation(2, PLANT, 1), operation(3, MILL, 2, 200)]
    yield history
    history.close()


@pytest.fixture
def found() -> Found:
    """A company with a plant was registered, then changed; all has taken effect."""
    written = [event(1, MILL, 1, "register"), event(2, PLANT, 1, "open"), event(3, MILL, 2, "change")]
    return Found(
        outboxes={"clients": written},
        versions={"clients": {MILL: 2, PLANT: 1}},
        failed={"witness": []},
        effects=[(each.event_id, each.root, each.recorded_at + 1) for each in written],
        tallies={MILL: 3},
        seats={SESSION: (4, 4)},
    )


def broken(history: History, found: Found, allowed: Allowed | None = None) -> set[str]:
    return {each.promise for each in judge(history, found, allowed or Allowed()) if not each.kept}


def test_what_is_right_breaks_no_promise(history: History, found: Found) -> None:
    assert broken(history, found) == set()
    assert {each.promise for each in judge(history, found, Allowed())} == PROMISES


def lose_the_write(_: History, found: Found) -> None:
    found.versions["clients"][MILL] = 1
    del found.outboxes["clients"][2]


def make_it_twice(_: History, found: Found) -> None:
    found.outboxes["clients"].append(event(4, "mill again", 1, "register"))
    found.outboxes["clients"][-1] = replace(found.outboxes["clients"][-1], event_type="mill_1")


def leave_it_open(history: History, _: Found) -> None:
    history.operations[1].outcome = "unknown"


def keep_it_in_the_outbox(_: History, found: Found) -> None:
    found.outboxes["clients"][2] = replace(found.outboxes["clients"][2], published=False)


def lose_the_effect(_: History, found: Found) -> None:
    del found.effects[2]


def double_the_effect(_: History, found: Found) -> None:
    found.effects.append(found.effects[0])


def take_effect_unasked(_: History, found: Found) -> None:
    found.effects.append(("e9", "other", 1.0))


def count_wrong(_: History, found: Found) -> None:
    found.tallies[MILL] = 4


def turn_the_order(_: History, found: Found) -> None:
    found.effects[0], found.effects[2] = found.effects[2], found.effects[0]


def change_without_event(_: History, found: Found) -> None:
    found.versions["clients"][PLANT] = 2


def number_twice(_: History, found: Found) -> None:
    found.outboxes["clients"][2] = replace(found.outboxes["clients"][2], sequence=1)


def wait_for_nobody(_: History, found: Found) -> None:
    found.waits["offer"].append({"id": "o", "owner": "firm", "deadline": None})


def forget_the_request(_: History, found: Found) -> None:
    found.waits["request"].append({"id": "r"})


def sell_too_many(_: History, found: Found) -> None:
    found.seats[SESSION] = (4, 5)


def fail(_: History, found: Found) -> None:
    found.failed["witness"].append(("e1", "dead", "witness.reactions"))


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        (lose_the_write, "no acknowledged write is lost"),
        (make_it_twice, "no write takes effect twice"),
        (leave_it_open, "every operation is known in the end"),
        (keep_it_in_the_outbox, "every event leaves its outbox"),
        (lose_the_effect, "every event takes effect"),
        (double_the_effect, "no event takes effect twice"),
        (take_effect_unasked, "no effect comes without an event"),
        (count_wrong, "the projection counts each event once"),
        (turn_the_order, "effects come in the order of each root"),
        (change_without_event, "every change has its event, every event its change"),
        (number_twice, "every change has its event, every event its change"),
        (wait_for_nobody, "nothing waits without an owner and a deadline"),
        (forget_the_request, "nothing waits without an owner and a deadline"),
        (sell_too_many, "no session gives away more seats than it has"),
        (fail, "only what is poisoned fails"),
    ],
)
def test_one_wrong_thing_is_seen(history: History, found: Found, change: Change, promise: str) -> None:
    change(history, found)
    assert promise in broken(history, found)


def test_what_the_harness_did_itself_is_allowed(history: History, found: Found) -> None:
    take_effect_unasked(history, found)
    found.failed["witness"].append(("e8", "waiting", "witness.reactions"))
    assert broken(history, found, Allowed(frozenset({"e9"}), frozenset({"e8"}))) == set()


def test_a_root_is_stalled_when_its_effect_comes_late_and_it_was_not_the_poisoned_one(found: Found) -> None:
    assert list(stalled(found, 100.0, 110.0, "x")) == []
    found.effects[2] = ("e3", MILL, 160.0)
    assert len(list(stalled(found, 100.0, 110.0, "x"))) == 1
    assert list(stalled(found, 100.0, 110.0, "ll")) == []  # the root ends so
    assert list(stalled(found, 100.0, 102.0, "x")) == []  # written later
