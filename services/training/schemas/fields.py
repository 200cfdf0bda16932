"""Fields that several bodies have, and how answers take theirs from a state."""

from typing import Any

from chassis.http import Body, Out
from contracts.values import Code


class Reason(Body):
    reason_code: Code


def sent(body: Body, *nullable: str) -> dict[str, Any]:
    """The fields that were sent; null counts only where a fact may be unknown."""
    values = {name: getattr(body, name) for name in body.model_fields_set}
    return {name: value for name, value in values.items() if value is not None or name in nullable}


def shown(answer: type[Out], state: Any, *own: str) -> dict[str, Any]:
    """The fields of an answer that its state has under the same name."""
    return {name: getattr(state, name) for name in set(answer.model_fields) - set(own)}
