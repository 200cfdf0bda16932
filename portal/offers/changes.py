"""A change that a weak line may bring twice."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portal.api import Trouble
from portal.offers.jobs import Answer
from portal.visit import Visit


async def changed(visit: Visit, path: str, body: Mapping[str, Any], version: str) -> Answer:
    """A thing as a form says it is, from the version that the form showed on.

    Whoever sends the form again finds what they wanted already there; what a colleague has made of it meanwhile is
    not written over.
    """
    try:
        answer: Answer = await visit.api.patch(path, dict(body), version=version)
    except Trouble as trouble:
        if trouble.status != 412:
            raise
        answer = await visit.api.get(path)
        if not says_the_same(answer, body):
            raise
    return answer


def says_the_same(found: Answer, body: Mapping[str, Any]) -> bool:
    """Whether something says already what a form has brought."""
    told = {name: found[name] for name in body}
    return _exact(told) == _exact(body)


def _exact(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if name == "days" else value for name, value in facts.items()}
