"""What a page of an assessment is made from, as the API lets this visitor see it."""

import asyncio
import re
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api_client import Trouble
from portal.api import AT_A_TIME
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

NOT_SHOWN = (403, 404)
UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@dataclass(frozen=True)
class Options:
    """The options of one assessment, shortest payback first, and their payback all together per currency."""

    items: list["models.OptionOut"]
    portfolios: list["models.Portfolio"]

    @property
    def standing(self) -> list["models.OptionOut"]:
        """Those that count: a refused one is in no total."""
        return [each for each in self.items if each["status"] != "refused"]


async def assessment_of(visit: Visit, assessment_id: Any) -> "models.AssessmentOut":
    """One assessment; what is no number of one is not found."""
    if re.fullmatch(UUID, str(assessment_id)) is None:
        raise Trouble(404, {"code": "not_found"})
    return await visit.api.read_assessment(assessment_id)


async def option_of(visit: Visit, option_id: Any) -> "models.OptionOut":
    return await visit.api.read_option(option_id)


async def baseline_of(visit: Visit, assessment: "models.AssessmentOut") -> "models.BaselineOut | None":
    """The baseline line by line, None while there is none."""
    if assessment["baseline"] is None:
        return None
    return await visit.api.read_baseline(assessment["assessment_id"])


async def options_of(visit: Visit, assessment_id: str) -> Options:
    page = await visit.api.list_options(assessment_id=assessment_id, limit=AT_A_TIME)
    items, portfolios = list(page["items"]), page["portfolios"] or []
    while page["next"]:
        page = await visit.api.list_options(assessment_id=assessment_id, limit=AT_A_TIME, cursor=page["next"])
        items += page["items"]
    return Options(sorted(items, key=_soonest), portfolios)


async def client_names(visit: Visit, client_ids: Iterable[str]) -> dict[str, str]:
    """The names of those companies that the API names to this visitor."""
    wanted = sorted(set(client_ids))
    found = await asyncio.gather(*(_named(visit.api.read_client(each)) for each in wanted))
    return {each: name for each, name in zip(wanted, found, strict=True) if name is not None}


async def site_name(visit: Visit, site_id: str) -> str | None:
    return await _named(visit.api.read_site(site_id))


async def _named(asked: Awaitable["models.ClientOut | models.SiteOut"]) -> str | None:
    try:
        return (await asked)["name"]
    except Trouble as trouble:
        if trouble.status in NOT_SHOWN:
            return None
        raise


def _soonest(option: "models.OptionOut") -> tuple[bool, int, float, str]:
    payback = option["profitability"]["payback_years"]
    order = {"immediate": 0, "value": 1}.get(payback["word"], 2)
    return option["status"] == "refused", order, float(payback["value"] or 0), option["option_id"]
