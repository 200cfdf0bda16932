"""The tables of results: their columns, how their cells add up, and what of them a guarded reader never sees."""

from collections.abc import Collection, Iterable, Mapping

from services.impact.domain.stages import STAGES, STATUSES, VERDICTS, Basis, By
from services.impact.domain.suppression import TOTAL, Cell, Sum, hide

COUNT = "count"
"""The figure every option has: where it is hidden, so is everything else of the cell."""
LAPSED = "refused after approval"
"""A column shown nowhere, but what was approved less what became of it would tell it."""
Hidden = Mapping[str, Collection[Cell]]
"""The hidden cells of each figure."""
Clients = Mapping[str, Mapping[Cell, int]]
"""How many clients stand behind each figure in each cell."""


def money(name: str, currency: str) -> str:
    """The figure that adds up one currency."""
    return f"{name} {currency}"


def column(status: str, basis: Basis) -> str:
    """A column of the tables of options; verified is the end of the way, so both bases share it."""
    return status if status == "verified" else f"{basis} {status}"


def left(stage: str) -> str:
    """A column shown nowhere: what reached a stage and stands there no longer, told by one basis less the other."""
    return f"left {stage}"


def part(of: str, *names: str) -> str:
    """A column that is part of another: its options with a verdict, and of those the ones by a method."""
    return "/".join((of, *names))


UNMEASURED = "unmeasured"
STANDING = column("implemented", "current")
LEAVABLE = STAGES[:3]
COLUMNS = (
    *(column(each, "current") for each in STATUSES),
    *(column(each, "reached") for each in LEAVABLE),
    *(left(each) for each in LEAVABLE),
    LAPSED,
)


def sums_of_bases(heading: object) -> tuple[Sum, ...]:
    """How the two bases differ under any heading: they count the same claims, of the same year and figures."""
    return tuple(
        Sum(
            Cell(heading, column(each, "reached")),
            (Cell(heading, column(each, "current")), Cell(heading, left(each))),
        )
        for each in LEAVABLE
    )


def sums_along(heading: object) -> tuple[Sum, ...]:
    """How the columns under one heading add up, where every option stays under the same heading."""
    now = {each: Cell(heading, column(each, "current")) for each in STATUSES}
    then = {each: Cell(heading, column(each, "reached")) for each in STAGES}
    return (
        Sum(then["implemented"], (now["implemented"], now["verified"])),
        Sum(then["approved"], (now["approved"], Cell(heading, LAPSED), then["implemented"])),
        Sum(
            then["identified"],
            (now["identified"], now["pending"], now["refused"], now["approved"], then["implemented"]),
        ),
    )


def sums_across(headings: Iterable[object], columns: Iterable[str]) -> tuple[Sum, ...]:
    """How the headings add up to the total of a column."""
    known = tuple(headings)
    return tuple(Sum(Cell(TOTAL, each), tuple(Cell(heading, each) for heading in known)) for each in columns)


def sums_of_parts(cells: Iterable[Cell]) -> tuple[Sum, ...]:
    """How the parts of a column add up to it, under each heading that has any."""
    parts: dict[Cell, list[Cell]] = {}
    for cell in sorted(cells, key=str):
        whole, is_part, _ = cell.column.rpartition("/")
        if is_part:
            parts.setdefault(Cell(cell.heading, whole), []).append(cell)
    return tuple(Sum(total, tuple(known)) for total, known in parts.items())


def hide_options(totals: Clients, cells: Clients, by: By, minimum: int) -> Hidden:
    """What of a table of options stays hidden, figure by figure.

    The totals are decided by themselves, so that every table with these totals decides them alike.
    """
    hidden: dict[str, Collection[Cell]] = {}
    for figure, total in totals.items():
        altogether = dict.fromkeys(hidden.get(COUNT, ()), True)
        along = sums_along if figure not in VERDICTS else _no_sums  # a verdict stays where it was given
        of_totals = (*sums_of_bases(TOTAL), *along(TOTAL), *sums_of_parts(total))
        overall = hide(total, of_totals, minimum, settled=_of_totals(altogether))
        inner = cells.get(figure, {})
        headings = sorted({cell.heading for cell in inner}, key=str)
        columns = dict.fromkeys((*COLUMNS, *sorted(cell.column for cell in total)))
        sums = [*of_totals, *sums_across(headings, columns), *sums_of_parts(inner)]
        sums += [each for heading in headings for each in sums_of_bases(heading)]
        if by != "year":  # each stage of an option has a year of its own
            sums += [each for heading in headings for each in along(heading)]
        settled = {**altogether, **{cell: cell in overall for cell in total}}
        hidden[figure] = hide({**total, **inner}, sums, minimum, settled=settled) if inner else overall
    return {**hidden, **_verdicts_of_parts(hidden)}


def _verdicts_of_parts(hidden: Hidden) -> Hidden:
    """A verdict whose options are hidden as a part of what is implemented is not told beside it either."""
    told: dict[str, set[Cell]] = {name: set(hidden[name]) for name in VERDICTS if name in hidden}
    for name, cells in told.items():
        of_verdict = [cell for cell in hidden.get(COUNT, ()) if cell.column == part(STANDING, name)]
        cells |= {Cell(each.heading, column("implemented", basis)) for each in of_verdict for basis in _BASES}
    return told


def hidden_at(hidden: Hidden, cell: Cell) -> frozenset[str]:
    """The figures nobody shall see in a cell."""
    return frozenset(figure for figure, cells in hidden.items() if cell in cells)


def hide_clients(totals: Mapping[Cell, int], cells: Mapping[Cell, int], minimum: int) -> frozenset[Cell]:
    """What of a table of client counts stays hidden."""
    overall = hide(totals, (), minimum)
    columns = sorted({cell.column for cell in totals})
    sums = sums_across(sorted({cell.heading for cell in cells}, key=str), columns)
    return hide({**totals, **cells}, sums, minimum, settled={cell: cell in overall for cell in totals})


_BASES: tuple[Basis, ...] = ("current", "reached")


def hide_first_times(
    totals: Mapping[Cell, int],
    years: Mapping[Cell, int],
    firsts: Mapping[Cell, int],
    settled: Collection[Cell],
    minimum: int,
) -> frozenset[Cell]:
    """What stays hidden of clients counted in the year they first came to a stage, beside all clients of each year.

    The years add up to the total; the clients of a year less those there for the first time are those who were there
    before, counted nowhere, but told by the difference. `settled` are the cells hidden among the totals and years.
    """
    again = {cell: years.get(cell, 0) - count for cell, count in firsts.items()}
    stages = sorted({cell.column for cell in firsts})
    clients = {**totals, **years}
    clients |= {_first(cell): count for cell, count in firsts.items()}
    clients |= {_again(cell): count for cell, count in again.items()}
    sums = [Sum(cell, (_first(cell), _again(cell))) for cell in firsts]
    for stage in stages:
        of_stage = sorted((cell for cell in firsts if cell.column == stage), key=str)
        sums.append(Sum(Cell(TOTAL, stage), tuple(_first(cell) for cell in of_stage)))
    hidden = hide(clients, sums, minimum, settled={cell: cell in settled for cell in (*totals, *years)})
    of_totals = [cell for cell in totals if cell in hidden]
    return frozenset([*of_totals, *(cell for cell in firsts if _first(cell) in hidden)])


def _first(cell: Cell) -> Cell:
    return Cell(cell.heading, f"first {cell.column}")


def _again(cell: Cell) -> Cell:
    return Cell(cell.heading, f"again {cell.column}")


def _no_sums(heading: object) -> tuple[Sum, ...]:
    return ()


def _of_totals(settled: Mapping[Cell, bool]) -> dict[Cell, bool]:
    return {cell: is_hidden for cell, is_hidden in settled.items() if cell.heading == TOTAL}
