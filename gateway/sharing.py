"""Refusals that many operations share stand in the document once, under the codes they may carry."""

import json
import re
from collections import Counter
from typing import Any

Document = dict[str, Any]
RESPONSES = "#/components/responses/"
OFTEN = 3
"""An answer that fewer operations give stays with them."""
_CODE = re.compile(r"`([a-z0-9_]+)`: ")


def share_refusals(paths: Document, shared: Document) -> None:
    """Move what stands in several places among the shared answers, and refer to it."""
    places = [
        (operation["responses"], status, answer)
        for item in paths.values()
        for operation in item.values()
        for status, answer in operation["responses"].items()
        if status >= "400" and "$ref" not in answer
    ]
    times = Counter(_text(answer) for _, _, answer in places)
    for responses, status, answer in places:
        name = _name(answer)
        if times[_text(answer)] >= OFTEN and shared.setdefault(name, answer) == answer:
            responses[status] = {"$ref": RESPONSES + name}


def _name(answer: Document) -> str:
    codes = sorted(_CODE.findall(answer["description"]))
    return "Or".join("".join(word.capitalize() for word in code.split("_")) for code in codes)


def _text(answer: Document) -> str:
    return json.dumps(answer, sort_keys=True)
