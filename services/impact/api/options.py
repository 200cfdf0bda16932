"""Results: the funnel, and options with their savings."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from chassis.auth import allow
from chassis.http import problems
from chassis.route import Routes, Uow
from contracts.principals import Administrator, Donor, Ministry, Officer, Reviewer
from contracts.refusals import NotFound
from services.impact.api.formats import AS_SHEETS, FormatIsNotOffered, answered, chosen, require_visible
from services.impact.domain.readers import OneFilterIsEnough, reach_of, require_one_filter
from services.impact.domain.results import OptionGroup
from services.impact.domain.stages import FUNNEL, STAGES, STATUSES, Basis, By, Status
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.domain.tables import COUNT, Hidden, column, hidden_at
from services.impact.queries.companies import funnel_clients
from services.impact.queries.counting import Filters
from services.impact.queries.options import option_groups
from services.impact.schemas.figures import SUPPRESSED, Covered, FiguresOut
from services.impact.schemas.options import FunnelOut, OptionGroupOut, OptionsOut
from services.impact.use_cases import hidden_funnel, hidden_options, pack_of

routes = Routes("/v1/impact")
READERS = (Officer, Reviewer, Administrator, Ministry, Donor)
Code = Annotated[str | None, Query(min_length=1, max_length=64)]
Year = Annotated[int | None, Query(ge=1900, le=2200)]


@routes.get(
    "/funnel",
    dependencies=allow(*READERS),
    response_model=FunnelOut,
    responses=problems(FormatIsNotOffered, OneFilterIsEnough, NotFound) | AS_SHEETS,
)
async def read_funnel(
    uow: Uow, request: Request, province: Code = None, programme: Code = None, year: Year = None
) -> Response:
    """How many different clients registered, asked, were assessed, implemented an option and had one verified.

    A year is that of the step itself; a province is that of the site, abroad its country.
    """
    media = chosen(request)
    reach = reach_of(uow.principal)
    require_one_filter(reach, province, programme, year)
    if programme is not None:
        require_visible(reach, programme)
    by: By | None = "province" if province else "programme" if programme else "year" if year else None
    found = await funnel_clients(uow, reach, Filters(province, programme, year))
    hidden = await hidden_funnel(uow, reach, by)
    heading = province or programme or year or TOTAL
    clients: dict[str, Any] = {
        stage: SUPPRESSED if Cell(heading, stage) in hidden else found.get(Cell(TOTAL, stage)) for stage in FUNNEL
    }
    covered = Covered.by(reach, pack_of(uow).minimum_cell)
    answer = FunnelOut(**clients, province=province, programme=programme, year=year, covered=covered)
    return await answered(answer, media, "funnel")


@routes.get(
    "/options",
    dependencies=allow(*READERS),
    response_model=OptionsOut,
    responses=problems(FormatIsNotOffered) | AS_SHEETS,
)
async def read_options(uow: Uow, request: Request, by: By = "status", basis: Basis = "current") -> Response:
    """What options cost and save a year: `current` counts each where it stands, `reached` at every stage it passed."""
    media = chosen(request)
    reach = reach_of(uow.principal)
    found = await option_groups(uow, reach, basis, None if by == "status" else by)
    hidden = await hidden_options(uow, reach, by)
    answer = OptionsOut(
        by=by,
        basis=basis,
        covered=Covered.by(reach, pack_of(uow).minimum_cell),
        items=_items(found, hidden, by, basis),
    )
    return await answered(answer, media, f"options-{by}-{basis}")


def _items(found: dict[tuple[Any, str], OptionGroup], hidden: Hidden, by: By, basis: Basis) -> list[OptionGroupOut]:
    """Every status under every heading that has options; by status alone, every status."""
    statuses = STATUSES if basis == "current" else STAGES
    headings = sorted({heading for heading, _ in found}, key=lambda each: (each is None, str(each)))
    if by == "status":
        headings = [TOTAL]
    return [
        _item(status if by == "status" else heading, status, found.get((heading, status), OptionGroup()), at)
        for heading in headings
        for status in statuses
        if by == "status" or (heading, status) in found
        for at in [hidden_at(hidden, Cell(heading, column(status, basis)))]
    ]


def _item(heading: Any, status: Status, group: OptionGroup, hidden: frozenset[str]) -> OptionGroupOut:
    shown = SUPPRESSED if COUNT in hidden else FiguresOut.of(group, hidden)
    return OptionGroupOut(heading=heading, status=status, figures=shown)
