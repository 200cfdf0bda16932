"""How many requests a minute a key may send, and an address without one."""

import time
from typing import Literal
from uuid import UUID

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from contracts.refusals import Refusal
from gateway.counters import Counters
from gateway.headers import Headers
from gateway.settings import DoorSettings

REMEMBERED = 10_000


class TooManyRequests(Refusal):
    status = 429
    sentence = "That was more than {limit} requests in a minute: go on in {retry_after_s} s."


class Limits:
    """Counts in this process; several processes of the gateway admit so many each.

    Nothing here waits for anything, so the library's threaded form serves in the event loop: its asyncio form
    starts a task for every count (7 against 6 microseconds, and a walk over all keys each time).
    """

    def __init__(self, settings: DoorSettings) -> None:
        self._windows = FixedWindowRateLimiter(Counters())
        self._key = RateLimitItemPerMinute(settings.requests_per_minute)
        self._address = RateLimitItemPerMinute(settings.anonymous_per_minute)
        self._spent: dict[tuple[str, str], tuple[float, RateLimitItem]] = {}
        self._pages = RateLimitItemPerMinute(settings.pages_per_minute)

    def of_key(self, key_id: UUID) -> "Quota":
        return self._take(self._key, "key", str(key_id))

    def of_address(self, address: str) -> "Quota":
        """For whoever comes without a key that is good."""
        return self._take(self._address, "address", address)

    def of_visitor(self, address: str) -> "Quota":
        """For pages and what belongs to them; what a page asks of the API is counted by itself."""
        return self._take(self._pages, "pages", address)

    def spent(self, policy: Literal["key", "address"], who: str) -> "Quota | None":
        """The quota of whoever has been refused in this window already, without counting once more."""
        until, limit = self._spent.get((policy, who), (0.0, self._key))
        left_s = until - time.time()
        return Quota(policy, limit.amount, 0, max(1, round(left_s)), admitted=False) if left_s > 0 else None

    def _take(self, limit: RateLimitItem, policy: str, who: str) -> "Quota":
        admitted = self._windows.hit(limit, policy, who)
        window = self._windows.get_window_stats(limit, policy, who)
        if not admitted:
            self._remember(policy, who, window.reset_time, limit)
        left_s = max(1, round(window.reset_time - time.time()))
        return Quota(policy, limit.amount, window.remaining if admitted else 0, left_s, admitted)

    def _remember(self, policy: str, who: str, until: float, limit: RateLimitItem) -> None:
        if len(self._spent) >= REMEMBERED:
            self._spent.clear()  # they are refused all the same, at the usual cost
        self._spent[policy, who] = until, limit


class Quota:
    """What is left of a limit after this request, as the RateLimit header fields say it (IETF draft 10)."""

    __slots__ = ("admitted", "headers", "left_s", "limit")

    def __init__(self, policy: str, limit: int, remaining: int, left_s: int, admitted: bool) -> None:
        self.limit, self.left_s, self.admitted = limit, left_s, admitted
        self.headers: Headers = [
            (b"ratelimit-policy", f'"{policy}";q={limit};w=60'.encode()),
            (b"ratelimit", f'"{policy}";r={remaining};t={left_s}'.encode()),
        ]

    def check(self) -> None:
        """Raises `TooManyRequests` once the limit is used up."""
        if not self.admitted:
            raise TooManyRequests(limit=self.limit, retry_after_s=self.left_s)
