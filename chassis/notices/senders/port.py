"""The port of a sender: it delivers one message or says why not, in words without anything personal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """A notice as it goes out. Sent again, it bears the same id and date."""

    id: UUID
    kind: str
    address: str
    language: str
    subject: str
    text: str
    made_at: datetime


class NotSent(Exception):
    """It did not go out; `for_good` if it never will to this address. The reason names no person and quotes nobody."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.for_good = reason, for_good


class Sender(Protocol):
    """Delivers a message or raises `NotSent`. It may be cut off at any await: then nobody knows."""

    form: str

    async def send(self, message: Message) -> None: ...
