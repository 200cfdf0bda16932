"""The feed in a terminal: what there is, and what comes, also over a restart of the system."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer

from openrecp.remote import Remote, SystemIsAway

PATH = "/v1/events"
PAGE = 200
WAIT_S = 20
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)
LONGEST_FACTS = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a reader asks for; nothing named is no condition."""

    types: tuple[str, ...] = ()
    correlation_id: str | None = None


def list_events(remote: Remote, wanted: Wanted, *, after: str, as_json: bool) -> None:
    """Print a line for each event behind the cursor, to the end there is now."""
    while True:
        page = _page(remote, wanted, after, wait=0)
        _print(page["items"], as_json)
        if not page["items"]:
            return
        after = str(page["next"])


def tail(remote: Remote, wanted: Wanted, *, after: str | None, as_json: bool) -> None:
    """Print what comes behind the cursor (None: behind the end) until Ctrl-C; what is no event goes to stderr.

    The system may go and come back meanwhile: the cursor moves only behind what was printed, so that nothing is left
    out or shown twice.
    """
    cursor = after
    try:
        if cursor is None:
            cursor = str(remote.get(PATH, after="end")["end"])
        page = _page(remote, wanted, cursor, wait=0)  # who asks in vain the first time is told
        _say(f"Following {remote.url} behind event {cursor}; Ctrl-C ends it.")
        while True:
            with _undisturbed():
                _print(page["items"], as_json)
                cursor = str(page["next"])
            page = _patiently(remote, wanted, cursor)
    except KeyboardInterrupt:
        _say("Stopped." if cursor is None else f"Stopped; it goes on with --after {cursor}")


def _patiently(remote: Remote, wanted: Wanted, cursor: str) -> Any:
    """The next page, however often it must be asked for."""
    for failures, pause in enumerate(_pauses()):
        try:
            page = _page(remote, wanted, cursor, wait=WAIT_S if failures == 0 else 0)
        except SystemIsAway as away:
            if failures == 0:
                _say(f"{away} Waiting for it.")
            time.sleep(pause)
        else:
            if failures:
                _say(f"It answers again; going on behind event {cursor}.")
            return page
    raise AssertionError("the pauses never end")


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A Ctrl-C waits, so that the cursor told at the end is behind what was printed."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _pauses() -> Iterator[float]:
    yield from PAUSES_S
    while True:
        yield PAUSES_S[-1]


def _page(remote: Remote, wanted: Wanted, after: str, *, wait: int) -> Any:
    types = list(wanted.types) or None
    return remote.get(PATH, after=after, type=types, correlation_id=wanted.correlation_id, limit=PAGE, wait=wait)


def _print(events: list[dict[str, Any]], as_json: bool) -> None:
    for event in events:
        typer.echo(json.dumps(event, ensure_ascii=False) if as_json else line_of(event))
    sys.stdout.flush()


def _say(words: str) -> None:
    typer.echo(words, err=True)


def line_of(event: dict[str, Any]) -> str:
    """Time, type, subject, sequence and the facts in short."""
    number = int(event["sequence"])
    return f"{event['time']} {event['type']} {event['subject']} v{number} {_in_short(event)}".rstrip()


def _in_short(event: dict[str, Any]) -> str:
    """Its facts but for the subject; what is nested is counted, what is unknown left out."""
    known = {name: value for name, value in event["data"].items() if value is not None and value != event["subject"]}
    words = " ".join(f"{name}={_value(value)}" for name, value in known.items())
    return words if len(words) <= LONGEST_FACTS else words[: LONGEST_FACTS - 1] + "…"


def _value(value: Any) -> str:
    if isinstance(value, list | dict):
        return f"[{len(value)}]" if isinstance(value, list) else f"{{{len(value)}}}"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.isprintable() else ascii(text)  # no text of a fact moves the cursor of a terminal
