"""An event is a fact in the past tense; its class is its schema, its registry the published language."""

import re
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

registry: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """A fact of one aggregate (`subject`) in the thread of a root (`root`, the partition key).

    Declare both once on the abstract class of an aggregate; a concrete event only adds its facts::

        class OfferEvent(Event, subject="offer_id", root="need_id", abstract=True): ...
        class OfferDeclined(OfferEvent): reason_code: str
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_type: ClassVar[str] = ""
    topic: ClassVar[str] = ""
    subject_field: ClassVar[str] = ""
    root_field: ClassVar[str] = ""
    event_version: ClassVar[int] = 1

    def __init_subclass__(cls, **declaration: object) -> None:
        super().__init_subclass__()  # what was declared is read below, once the fields are known

    @classmethod
    def __pydantic_init_subclass__(  # type: ignore[override]  # narrower on purpose: these four and no more
        cls, *, subject: str = "", root: str = "", version: int = 1, abstract: bool = False
    ) -> None:
        cls.subject_field = subject or cls.subject_field
        cls.root_field = root or subject or cls.root_field
        cls.topic = cls.__module__.rpartition(".")[2]
        if abstract:
            return
        name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        name = re.sub(r"_v\d+$", "", name)
        cls.event_version = version
        cls.event_type = f"org.openrecp.{cls.topic}.{name}.v{version}"
        if cls.event_type in registry:
            raise TypeError(f"two classes for {cls.event_type}")
        registry[cls.event_type] = cls

    @property
    def subject(self) -> UUID:
        """The aggregate this happened to."""
        value: UUID = getattr(self, self.subject_field)
        return value

    @property
    def root(self) -> UUID:
        """The root whose thread keeps it in order."""
        value: UUID = getattr(self, self.root_field)
        return value
