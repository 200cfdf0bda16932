"""Lists a page at a time: what waits in the order it came, what is over with the latest first."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.visit import Visit

ROWS = 25


@dataclass(frozen=True)
class Listed:
    """One page of a list; pages count from one."""

    items: Sequence[Any]
    page: int
    pages: int
    total: int

    @classmethod
    def of(cls, whole: Sequence[Any], asked: str | None) -> "Listed":
        """The page that was asked for, or the nearest there is."""
        pages = max(1, -(-len(whole) // ROWS))
        page = min(max(1, int(asked)), pages) if asked and asked.isascii() and asked.isdigit() else 1
        return cls(whole[(page - 1) * ROWS : page * ROWS], page, pages, len(whole))


async def listed(visit: Visit, found: Awaitable[Sequence[Any]], *, latest_first: bool) -> Listed:
    """A page of what the API lists in the order it came; the page's number stands in the address."""
    all_ = await found
    return Listed.of(all_[::-1] if latest_first else all_, visit.asked.get("page"))
