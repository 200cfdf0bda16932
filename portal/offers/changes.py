"""A change that a weak line may bring twice."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from api_client import Trouble
from portal.offers.jobs import Answer

Found = TypeVar("Found", bound=Answer)


async def changed(
    body: Mapping[str, Any], change: Callable[[], Awaitable[Found]], read: Callable[[], Awaitable[Found]]
) -> Found:
    """A thing as a form says it is, from the version that the form showed on: by a change, or as it is read now.

    Whoever sends the form again finds what they wanted already there; what a colleague has made of it meanwhile is
    not written over.
    """
    try:
        return await change()
    except Trouble as trouble:
        if trouble.status != 412:
            raise
        answer = await read()
        if not says_the_same(answer, body):
            raise
        return answer


def says_the_same(found: Answer, body: Mapping[str, Any]) -> bool:
    """Whether something says already what a form has brought."""
    told = {name: found[name] for name in body}
    return _exact(told) == _exact(body)


def _exact(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if name == "days" else value for name, value in facts.items()}
