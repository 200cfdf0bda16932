"""What programmes have come to, and the report for their donors."""

from functools import partial
from typing import Annotated

from fastapi import Path, Query, Request, Response

from chassis.auth import allow
from chassis.http import problems
from chassis.route import Routes, Uow
from contracts.refusals import NotFound
from services.impact.api.formats import AS_SHEETS, FormatIsNotOffered, answered, chosen, require_visible
from services.impact.api.options import READERS
from services.impact.domain.periods import (
    PATTERN,
    PeriodCrossesProgrammes,
    PeriodRunsBackwards,
    period_of,
    require_own_period,
)
from services.impact.domain.programmes import actual
from services.impact.domain.readers import Reach, reach_of
from services.impact.schemas.figures import Covered
from services.impact.schemas.programmes import IndicatorOut, MadeOut, ProgrammeOut
from services.impact.schemas.report import workbook
from services.impact.use_cases import pack_of, programme_results

routes = Routes("/v1/impact")
Period = Annotated[str | None, Query(pattern=PATTERN, description="whole calendar years: 2025 or 2025..2026")]


@routes.get(
    "/programmes/{code}",
    dependencies=allow(*READERS),
    response_model=ProgrammeOut,
    responses=problems(FormatIsNotOffered, NotFound, PeriodRunsBackwards, PeriodCrossesProgrammes) | AS_SHEETS,
)
async def read_programme(
    code: Annotated[str, Path(max_length=64)], uow: Uow, request: Request, period: Period = None
) -> Response:
    """A programme's targets beside what has been attributed to it, with its funnel, savings and training.

    As a workbook it is the donor's report: the same figures, each with its definition and the number of records behind
    it. A period is of whole calendar years; targets are always those of the whole programme.
    """
    media, reach, years = chosen(request), reach_of(uow.principal), period_of(period) if period else None
    require_visible(reach, code)
    programme, section = uow.pack.programme(code), pack_of(uow)
    if programme is None:
        raise NotFound(thing="programme")
    require_own_period(reach, code, years)
    results = await programme_results(uow, reach, code, years)
    currency, targets = programme.currency, programme.targets
    indicators = [
        IndicatorOut.of(each, currency, targets.get(each.code), actual(results, each.measure, each.stage, currency))
        for each in section.indicators
    ]
    covered = Covered.by(reach, section.minimum_cell)
    answer = ProgrammeOut.of(programme, years, covered, _made(uow, reach), indicators, results)
    return await answered(answer, media, f"programme-{code}", partial(workbook, answer))


def _made(uow: Uow, reach: Reach) -> MadeOut:
    country = uow.pack.country
    return MadeOut(
        at=uow.now(),
        by=country.name,
        readers="outside" if reach.is_guarded else "centre",
        data=f"every event the results had heard of by then; country pack {country.code} {country.version}",
    )
