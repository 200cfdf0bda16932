"""Whether a reader stands still: it is behind, and gets nothing."""

import time
from collections.abc import Collection, Mapping

from chassis.log.port import Partition


class Standstill:
    """Looked at now and then by a reader that gets nothing: the same lag twice, and it has fallen silent."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._seen_at = time.monotonic()
        self._behind: dict[Partition, int] = {}

    def is_due(self) -> bool:
        return time.monotonic() - self._seen_at >= self._every_s

    def seen(self, mine: Collection[Partition], at: Mapping[Partition, int], ends: Mapping[Partition, int]) -> bool:
        """Whether a partition of mine is behind and was so, at the same position, when last looked at.

        Who was given none looks at all of them: perhaps nobody got any.
        """
        behind = {
            part: at.get(part, 0) for part, end in ends.items() if at.get(part, 0) < end and (part in mine or not mine)
        }
        stuck = any(self._behind.get(part) == position for part, position in behind.items())
        self._behind, self._seen_at = behind, time.monotonic()
        return stuck
