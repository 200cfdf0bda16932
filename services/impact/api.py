"""Results: the funnel, options and their savings, and what programmes have come to."""

import re
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from chassis.auth import allow
from chassis.http import problems
from chassis.route import Routes, Uow
from chassis.sheets_out import as_csv
from contracts.principals import Administrator, Donor, Ministry, Officer, Reviewer
from contracts.refusals import NotFound, Refusal
from services.impact.domain.readers import OneFilterIsEnough, Reach, reach_of, require_one_filter
from services.impact.domain.results import OptionGroup
from services.impact.domain.stages import FUNNEL, STAGES, STATUSES, Basis, By, Status
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.domain.tables import COUNT, Hidden, column, hidden_at
from services.impact.queries import Filters, funnel_clients, option_groups
from services.impact.schemas import (
    SUPPRESSED,
    Covered,
    FiguresOut,
    FunnelOut,
    IndicatorOut,
    OptionGroupOut,
    OptionsOut,
    ProgrammeOut,
)
from services.impact.use_cases import actuals, hidden_funnel, hidden_options, pack_of

routes = Routes("/v1/impact")
READERS = (Officer, Reviewer, Administrator, Ministry, Donor)
OFFERED = ("application/json", "text/csv")
Code = Annotated[str | None, Query(min_length=1, max_length=64)]
Year = Annotated[int | None, Query(ge=1900, le=2200)]


class FormatIsNotOffered(Refusal):
    status = 406
    sentence = "Results come as {offered}: name one of these in Accept."


@routes.get(
    "/funnel",
    dependencies=allow(*READERS),
    response_model=FunnelOut,
    responses=problems(FormatIsNotOffered, OneFilterIsEnough, NotFound),
)
async def read_funnel(
    uow: Uow, request: Request, province: Code = None, programme: Code = None, year: Year = None
) -> Response:
    """How many different clients registered, asked, were assessed, implemented an option and had one verified.

    A year is that of the step itself; a province is that of the site, abroad its country.
    """
    media = _chosen(request)
    reach = reach_of(uow.principal)
    require_one_filter(reach, province, programme, year)
    if programme is not None:
        _require_visible(reach, programme)
    by: By | None = "province" if province else "programme" if programme else "year" if year else None
    found = await funnel_clients(uow, reach, Filters(province, programme, year))
    hidden = await hidden_funnel(uow, reach, by)
    heading = province or programme or year or TOTAL
    clients: dict[str, Any] = {
        stage: SUPPRESSED if Cell(heading, stage) in hidden else found.get(Cell(TOTAL, stage)) for stage in FUNNEL
    }
    covered = Covered.by(reach, pack_of(uow).minimum_cell)
    answer = FunnelOut(**clients, province=province, programme=programme, year=year, covered=covered)
    return _answer(answer, media, "funnel")


@routes.get("/options", dependencies=allow(*READERS), response_model=OptionsOut, responses=problems(FormatIsNotOffered))
async def read_options(uow: Uow, request: Request, by: By = "status", basis: Basis = "current") -> Response:
    """What options cost and save a year: `current` counts each where it stands, `reached` at every stage it passed."""
    media = _chosen(request)
    reach = reach_of(uow.principal)
    found = await option_groups(uow, reach, basis, None if by == "status" else by)
    hidden = await hidden_options(uow, reach, by)
    answer = OptionsOut(
        by=by,
        basis=basis,
        covered=Covered.by(reach, pack_of(uow).minimum_cell),
        items=_items(found, hidden, by, basis),
    )
    return _answer(answer, media, f"options-{by}-{basis}")


@routes.get(
    "/programmes/{code}",
    dependencies=allow(*READERS),
    response_model=ProgrammeOut,
    responses=problems(FormatIsNotOffered),
)
async def read_programme(code: Annotated[str, Path(max_length=64)], uow: Uow, request: Request) -> Response:
    """A programme's targets beside what has been attributed to it so far, per indicator of the pack."""
    media = _chosen(request)
    reach = reach_of(uow.principal)
    _require_visible(reach, code)
    programme, section = uow.pack.programme(code), pack_of(uow)
    if programme is None:
        raise NotFound(thing="programme")
    found = await actuals(uow, reach, programme)
    indicators = [
        IndicatorOut.of(each, programme.targets.get(each.code), found[each.code]) for each in section.indicators
    ]
    answer = ProgrammeOut.of(programme, Covered.by(reach, section.minimum_cell), indicators)
    return _answer(answer, media, f"programme-{code}")


def _require_visible(reach: Reach, programme: str) -> None:
    """A donor's reader knows its own programmes only."""
    if reach.programmes is not None and programme not in reach.programmes:
        raise NotFound(thing="programme")


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


def _chosen(request: Request) -> str:
    """The media type the caller likes best among ours; raises `FormatIsNotOffered`."""
    wishes = ",".join(request.headers.getlist("accept")) or "*/*"
    liked = {media: _liking(wishes, media) for media in OFFERED}
    best = max(OFFERED, key=lambda media: liked[media])
    if liked[best] <= 0:
        raise FormatIsNotOffered(offered=" or ".join(OFFERED))
    return best


def _liking(wishes: str, media: str) -> float:
    """The q value of the most exact range in an Accept header that a media type falls under."""
    ranges = (media, f"{media.partition('/')[0]}/*", "*/*")
    given: dict[str, float] = {}
    for wish in wishes.split(","):
        name, _, rest = wish.partition(";")
        weight = re.search(r"(?:^|;)\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)", rest)
        given[name.strip().lower()] = float(weight[1]) if weight else 1.0
    return next((given[each] for each in ranges if each in given), 0.0)


def _answer(answer: FunnelOut | OptionsOut | ProgrammeOut, media: str, name: str) -> Response:
    """The same figures as JSON or as a table for a spreadsheet."""
    headers = {"Vary": "Accept"}
    if media == "application/json":
        return Response(answer.model_dump_json(), media_type=media, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return Response(as_csv(*answer.table()), media_type=media, headers=headers)
