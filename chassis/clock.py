"""Business time (settable in a demo) and wall time, and the ids that grow with it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7


class ClockCannotGoBack(ValueError):
    """Business time only moves forward: deadlines that passed stay passed."""


class Clock:
    """`now()` is business time: deadlines, validity, event times. Tokens, keys and leases use `wall_now()`."""

    def __init__(self, *, settable: bool = False, offset: timedelta = timedelta(0)) -> None:
        self.settable, self.offset = settable, offset

    def now(self) -> datetime:
        return wall_now() + self.offset

    def advance(self, to: datetime) -> timedelta:
        """Move business time forward to a moment; returns the new offset to the wall clock."""
        if to < self.now():
            raise ClockCannotGoBack(to.isoformat())
        self.offset = to - wall_now()
        return self.offset


def wall_now() -> datetime:
    """The time outside, in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A UUIDv7."""
    return uuid7()
