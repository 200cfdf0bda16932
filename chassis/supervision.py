"""Loops that work in the background: watched, restarted with a growing pause, stopped in order."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()


async def heard(news: asyncio.Event, at_most: float) -> bool:
    """Wait for news, at most so many seconds. (`wait_for` of Python 3.11 can swallow a cancellation.)"""
    try:
        async with asyncio.timeout(at_most):
            await news.wait()
    except TimeoutError:
        return False
    return True


class Ending:
    """The moment a process is told to stop: whoever waits for news answers with what there is."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []

    def tell(self, listener: Callable[[], None]) -> None:
        """Call this when it begins."""
        self._listeners.append(listener)

    def begin(self) -> None:
        """Told to stop; being told twice changes nothing."""
        self.begun.set()
        for listener in self._listeners:
            listener()


@dataclass
class Pulse:
    """A loop's own sign of progress; health reads it."""

    name: str
    beaten_at: float = field(default_factory=time.monotonic)
    restarts: int = 0
    trouble: str | None = None
    ending: bool = False

    def beat(self) -> None:
        self.beaten_at, self.trouble = time.monotonic(), None

    @property
    def silent_s(self) -> float:
        return time.monotonic() - self.beaten_at


class Supervisor:
    """Runs named loops until told to stop; a loop that fails is started again and its failure told."""

    def __init__(self) -> None:
        self.pulses: dict[str, Pulse] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def watch(self, name: str, loop: Callable[[Pulse], Awaitable[None]]) -> None:
        """Start a loop; it beats its pulse whenever it has come round."""
        pulse = self.pulses[name] = Pulse(name)
        self._tasks.append(asyncio.create_task(_forever(pulse, loop), name=name))

    async def stop(self) -> None:
        """Cancel every loop and wait until each has left, even if it fails while it tidies up."""
        for pulse in self.pulses.values():
            pulse.ending = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


def is_told_to_stop() -> bool:
    """Whether a cancellation was meant for this task: a library that cancels its own work may let it leak out."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _forever(pulse: Pulse, loop: Callable[[Pulse], Awaitable[None]]) -> None:
    pause = 0.1
    while True:
        began = time.monotonic()
        try:
            await loop(pulse)
            return
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and is_told_to_stop():
                raise
            pulse.restarts += 1
            pulse.trouble = f"failed {pulse.restarts} times, last with {_cause(error)}; it tries again"
            log.exception("loop.failed", loop=pulse.name, restarts=pulse.restarts)
            if pulse.ending:
                return
        pause = 0.1 if time.monotonic() - began > 30 else min(pause * 2, 10.0)
        await asyncio.sleep(pause)


def _cause(error: BaseException) -> str:
    """The class of a failure, of the first one in a group."""
    return _cause(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else type(error).__name__
