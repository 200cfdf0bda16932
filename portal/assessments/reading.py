"""What a page of an assessment is made from, as the API lets this visitor see it."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.api import AT_A_TIME, Trouble, path_of
from portal.visit import Visit

NOT_SHOWN = (403, 404)
UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True)
class Options:
    """The options of one assessment, shortest payback first, and their payback all together per currency."""

    items: list[dict[str, Any]]
    portfolios: list[dict[str, Any]]

    @property
    def standing(self) -> list[dict[str, Any]]:
        """Those that count: a refused one is in no total."""
        return [each for each in self.items if each["status"] != "refused"]


async def assessment_of(visit: Visit, assessment_id: Any) -> dict[str, Any]:
    """One assessment; what is no number of one is not found."""
    if re.fullmatch(UUID, str(assessment_id)) is None:
        raise Trouble(404, {"code": "not_found"})
    found: dict[str, Any] = await visit.api.get(path_of("v1", "assessments", str(assessment_id)))
    return found


async def option_of(visit: Visit, option_id: Any) -> dict[str, Any]:
    found: dict[str, Any] = await visit.api.get(path_of("v1", "options", str(option_id)))
    return found


async def baseline_of(visit: Visit, assessment: dict[str, Any]) -> dict[str, Any] | None:
    """The baseline line by line, None while there is none."""
    if assessment["baseline"] is None:
        return None
    path = path_of("v1", "assessments", assessment["assessment_id"], "baseline")
    found: dict[str, Any] = await visit.api.get(path)
    return found


async def options_of(visit: Visit, assessment_id: str) -> Options:
    page = await visit.api.get("/v1/options", assessment_id=assessment_id, limit=AT_A_TIME)
    items, portfolios = list(page["items"]), page["portfolios"] or []
    while page["next"]:
        page = await visit.api.get("/v1/options", assessment_id=assessment_id, limit=AT_A_TIME, cursor=page["next"])
        items += page["items"]
    return Options(sorted(items, key=_soonest), portfolios)


async def client_names(visit: Visit, client_ids: Iterable[str]) -> dict[str, str]:
    """The names of those companies that the API names to this visitor."""
    wanted = sorted(set(client_ids))
    found = await asyncio.gather(*(_named(visit, "clients", each) for each in wanted))
    return {each: name for each, name in zip(wanted, found, strict=True) if name is not None}


async def site_name(visit: Visit, site_id: str) -> str | None:
    return await _named(visit, "sites", site_id)


async def _named(visit: Visit, kind: str, thing_id: str) -> str | None:
    try:
        return str((await visit.api.get(path_of("v1", kind, thing_id)))["name"])
    except Trouble as trouble:
        if trouble.status in NOT_SHOWN:
            return None
        raise


def _soonest(option: dict[str, Any]) -> tuple[bool, int, float, str]:
    payback = option["profitability"]["payback_years"]
    order = {"immediate": 0, "value": 1}.get(payback["word"], 2)
    return option["status"] == "refused", order, float(payback["value"] or 0), option["option_id"]
