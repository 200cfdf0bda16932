"""Business time that an administrator may move forward: each step is a row, the furthest one holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contracts.refusals import Refusal

MICROSECOND = timedelta(microseconds=1)


class ClockDoesNotGoBack(Refusal):
    sentence = "It is {now} already: business time only moves forward."


@dataclass(frozen=True, slots=True)
class ClockStep:
    """Business time was moved to a moment. Offsets to the wall clock only grow, so their order never matters."""

    step_id: UUID
    offset_us: int
    moved_to: datetime
    moved_at: datetime
    moved_by: UUID


def step(step_id: UUID, to: datetime, *, business: datetime, wall: datetime, by: UUID) -> ClockStep:
    """A step to a moment; raises `ClockDoesNotGoBack`."""
    if to < business:
        raise ClockDoesNotGoBack(now=business.isoformat())
    return ClockStep(step_id, (to - wall) // MICROSECOND, to, wall, by)
