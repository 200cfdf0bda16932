"""Where the rate windows keep their counts: in the event loop, which alone asks for them."""

import time

from limits.storage import Storage

MANY = 20_000
"""So many are remembered before those whose window has ended are put away."""


class Counters(Storage):
    """A store for the library's fixed windows.

    Its own for one process starts a thread for what has ended, up to a hundred times a second, whenever something is
    counted. Here the ended ones are put away when many have gathered, and next when twice as many as were left have.
    """

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, tuple[int, float]] = {}
        self._many = MANY

    @property
    def base_exceptions(self) -> type[Exception]:
        """None: nothing here can be away."""
        return ConnectionError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, in the window that runs or in a new one that lasts so long."""
        now = time.time()
        count, ends_at = self._counts.get(key, (0, 0.0))
        if ends_at <= now:
            count, ends_at = 0, now + expiry
            if len(self._counts) >= self._many:
                self._put_away(now)
        self._counts[key] = count + amount, ends_at
        return count + amount

    def get(self, key: str) -> int:
        """The count of the window that runs."""
        count, ends_at = self._counts.get(key, (0, 0.0))
        return count if ends_at > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends; now, where none runs."""
        now = time.time()
        return max(self._counts.get(key, (0, now))[1], now)

    def check(self) -> bool:
        """It is there."""
        return True

    def reset(self) -> int:
        """Forget everything; how many were forgotten."""
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counts.pop(key, None)

    def _put_away(self, now: float) -> None:
        self._counts = {key: each for key, each in self._counts.items() if each[1] > now}
        self._many = max(MANY, 2 * len(self._counts))
