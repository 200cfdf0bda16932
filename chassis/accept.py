"""What a caller likes best: the ranges and weights of Accept and Accept-Language (RFC 9110, 12.4 and 12.5)."""

import re
from collections.abc import Sequence

_WEIGHT = re.compile(r"(?:^|;)\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)")


def weights(header: str) -> dict[str, float]:
    """Each range of such a header in lower case with its weight, in the order of the header."""
    found: dict[str, float] = {}
    for wish in header.split(","):
        name, _, rest = wish.partition(";")
        given = _WEIGHT.search(rest)
        found[name.strip().lower()] = float(given[1]) if given else 1.0
    return found


def liking(header: str, media: str) -> float:
    """The weight of the most exact range that a media type falls under."""
    given = weights(header)
    ranges = (media, f"{media.partition('/')[0]}/*", "*/*")
    return next((given[each] for each in ranges if each in given), 0.0)


def best_language(header: str, offered: Sequence[str]) -> str:
    """Of the languages offered (two or three letters, the first is the default) the one that is liked best."""
    wishes = sorted(weights(header).items(), key=lambda wish: -wish[1])
    for name, weight in wishes:
        language = name.partition("-")[0]
        if weight > 0 and language in offered:
            return language
    return offered[0]
