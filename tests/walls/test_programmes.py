"""Donors of two programmes and officers of two territories: results of one's own and nothing of the others'."""

from typing import Any

import httpx2
import pytest

from chassis.sheets_out import XLSX
from tests.journeys.world import World
from tests.walls.figures import figure
from tests.walls.places import text_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
FORMATS = ("application/json", "text/csv", XLSX)
BY = ("/v1/impact/options?by=programme&basis=current", "/v1/impact/options?by=programme&basis=reached")
STAGES = ("registered", "requested", "assessed", "implemented", "verified")
BY_PROGRAMME = (*BY, "/v1/impact/training?by=programme")


async def _donors(here: World) -> dict[str, httpx2.AsyncClient]:
    codes = sorted({side.programme for side in here.sides})
    return {code: await here.house.hire("donor", programmes=[code]) for code in codes}


async def test_a_donor_reads_nothing_of_another_programme(to_read: World) -> None:
    donors = await _donors(to_read)
    cells, wrong = 0, list[str]()
    for own, http in donors.items():
        assert _told((await http.get("/v1/impact/funnel", params={"programme": own})).json()), "its own it is told of"
        for other in set(donors) - {own}:
            for media in FORMATS:
                for path in BY_PROGRAMME:
                    answer = await http.get(path, headers={"Accept": media})
                    assert answer.status_code == 200, answer.text
                    wrong += [f"{own}: {path} as {media}"] if other in text_of(answer) else []
                elsewhere = [f"/v1/impact/programmes/{other}{more}" for more in ("", "?period=2026")]
                for path in (*elsewhere, f"/v1/impact/funnel?programme={other}"):
                    answer = await http.get(path, headers={"Accept": media})
                    wrong += [] if answer.status_code == 404 else [f"{own}: {path} as {media}: {answer.status_code}"]
                cells += len(BY_PROGRAMME) + 3
    figure("donors asking for another programme: cells as they should be", cells - len(wrong), cells, cells)
    assert not wrong, "\n".join(wrong)


async def test_an_officer_reads_no_results_of_another_territory(to_read: World) -> None:
    cells, wrong = 0, list[str]()
    for own, other in ((to_read.sides[0], to_read.sides[2]), (to_read.sides[2], to_read.sides[0])):
        for media in FORMATS:
            for path in (
                "/v1/impact/options?by=province&basis=current",
                "/v1/impact/options?by=province&basis=reached",
            ):
                answer = await own.officer.get(path, headers={"Accept": media})
                assert own.province in text_of(answer), "its own is there, or the other's absence shows nothing"
                wrong += [f"{own.province}: {path} as {media}"] if other.province in text_of(answer) else []
                cells += 1
        funnel = await own.officer.get("/v1/impact/funnel", params={"province": other.province})
        wrong += [f"{own.province}: funnel of {other.province}: {funnel.text}"] if _told(funnel.json()) else []
        cells += 1
    figure("officers asking for another territory's results: cells as they should be", cells - len(wrong), cells, cells)
    assert not wrong, "\n".join(wrong)


def _told(funnel: Any) -> list[Any]:
    """What a funnel says of anybody: a figure, or that it is suppressed."""
    return [funnel[stage] for stage in STAGES if funnel[stage] not in (None, 0)]
