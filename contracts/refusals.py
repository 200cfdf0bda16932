"""A refusal is a domain error: a stable code, an HTTP status, parameters and a sentence."""

import re
from typing import Any, ClassVar


class Refusal(Exception):
    """A rule said no. The class name is the code in words; the sentence is rendered at the edge.

    `status` is the HTTP status it becomes, `sentence` an English template over the parameters.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refusal"
    sentence: ClassVar[str] = "This cannot be done."

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.sentence.format_map(_Known(self.params))


class _Known(dict[str, Any]):
    """Leaves a placeholder readable when a caller did not give its parameter."""

    def __missing__(self, key: str) -> str:
        return f"({key.replace('_', ' ')})"


class NotFound(Refusal):
    status = 404
    sentence = "There is no such {thing}, or it is not yours to see."


class NotAllowed(Refusal):
    status = 403
    sentence = "Your role may not do this."


class OutsideTerritory(Refusal):
    status = 403
    sentence = "Province {province} is outside your territory."


class StaleVersion(Refusal):
    status = 412
    sentence = "It has changed since you read it: read it again and repeat your change."


class TooBusy(Refusal):
    status = 409
    sentence = "Others changed the same thing at the same moment, five times over: please repeat."
