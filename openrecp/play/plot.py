"""What the acts of the play hand on to each other: people and the ids of things."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from api_client import models
from openrecp.stage import Actor, Stage


@dataclass
class Firm:
    """A provider with its expert."""

    name: str
    provider_id: str
    person_id: str
    actor: Actor


@dataclass
class Plot:
    """The cast and the things it has made so far."""

    stage: Stage
    people: dict[str, Actor] = field(default_factory=dict)
    firms: dict[str, Firm] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    options: list[models.OptionOut] = field(default_factory=list)
    began_at: datetime | None = None

    def day(self, days: int) -> date:
        """A date so many days after the play began."""
        return self.moment(days).date()

    def moment(self, days: int) -> datetime:
        """A moment so many days after the play began."""
        if self.began_at is None:
            raise RuntimeError("the play has not begun")
        return self.began_at + timedelta(days=days)

    async def until(self, days: int) -> None:
        """Let business time pass to so many days after the beginning."""
        await self.stage.advance(self.moment(days))
