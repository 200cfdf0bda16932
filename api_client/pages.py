"""Lists, which come in pages: one item after the other, or all of them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, NotRequired, ParamSpec, TypedDict, TypeVar, cast

Item = TypeVar("Item")
Asked = ParamSpec("Asked")
AT_A_TIME = 200
"""The longest page of a list."""


class Page(TypedDict, Generic[Item]):
    """What every page of a list has: its items, and where the next page begins."""

    items: list[Item]
    next: NotRequired[str | None]


async def every(
    pages: Callable[Asked, Awaitable[Page[Item]]], *args: Asked.args, **filters: Asked.kwargs
) -> AsyncIterator[Item]:
    """Each item of a list, page after page: `async for offer in every(client.list_offers, status="open")`."""
    ask = cast(Callable[..., Awaitable[Page[Item]]], pages)  # the next page is asked for like the first
    asked: dict[str, Any] = {"limit": AT_A_TIME, **filters}
    while True:
        page = await ask(*args, **asked)
        for item in page["items"]:
            yield item
        asked["cursor"] = page.get("next")
        if asked["cursor"] is None:
            return


async def whole(
    pages: Callable[Asked, Awaitable[Page[Item]]], *args: Asked.args, **filters: Asked.kwargs
) -> list[Item]:
    """A whole list, for lists that fit into memory: `await whole(client.list_offers, status="open")`."""
    return [item async for item in every(pages, *args, **filters)]
