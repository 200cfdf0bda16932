"""A log that is away, as one of its users tells of it: when it goes and when it is back, not at every attempt."""

import time

import structlog

log = structlog.get_logger()


class Absence:
    """Since when, if it is away."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._since: float | None = None

    def seen(self, reason: Exception) -> None:
        if self._since is None:
            self._since = time.monotonic()
            log.warning("log.away", user=self._user, reason=str(reason))

    def over(self) -> None:
        if self._since is not None:
            log.info("log.back", user=self._user, away_s=round(time.monotonic() - self._since, 1))
            self._since = None
