"""Results of training: people, women's share and certificates."""

import asyncio

from fastapi import Request, Response

from chassis.auth import allow
from chassis.http import problems
from chassis.route import Routes, Uow
from services.impact.api.formats import AS_SHEETS, FormatIsNotOffered, answered, chosen
from services.impact.api.options import READERS
from services.impact.domain.people import groups, hide_people
from services.impact.domain.readers import reach_of
from services.impact.domain.stages import TrainingBy
from services.impact.domain.suppression import TOTAL
from services.impact.queries.people import training_known
from services.impact.schemas.figures import Covered
from services.impact.schemas.training import TrainingFiguresOut, TrainingGroupOut, TrainingOut
from services.impact.use_cases import pack_of

routes = Routes("/v1/impact")


@routes.get(
    "/training",
    dependencies=allow(*READERS),
    response_model=TrainingOut,
    responses=problems(FormatIsNotOffered) | AS_SHEETS,
)
async def read_training(uow: Uow, request: Request, by: TrainingBy = "programme") -> Response:
    """Sessions held, different people trained with women's share, and certificates with what became of them.

    A province is that of the session, abroad its country. Of a year are the people whose first session that was, and
    the certificates issued in it.
    """
    media, reach, minimum = chosen(request), reach_of(uow.principal), pack_of(uow).minimum_cell
    found = await asyncio.to_thread(groups, await training_known(uow, reach), by)
    hidden = await asyncio.to_thread(hide_people, found, minimum) if reach.is_guarded else frozenset()

    def shown(heading: object) -> TrainingFiguresOut:
        of_heading = {cell.column for cell in hidden if cell.heading == heading}
        return TrainingFiguresOut.of(found[heading], of_heading)

    headings = sorted((each for each in found if each != TOTAL), key=lambda each: (each is None, str(each)))
    answer = TrainingOut(
        by=by,
        covered=Covered.by(reach, minimum),
        total=shown(TOTAL),
        items=[TrainingGroupOut(heading=each, figures=shown(each)) for each in headings],
    )
    return await answered(answer, media, f"training-{by}")
