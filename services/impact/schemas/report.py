"""The donor's report: a programme's answer as a workbook with charts, figure by figure the same as the answer."""

from collections.abc import Iterator, Sequence
from typing import Any

from chassis.sheets_out import Book
from services.impact.domain.definitions import FIGURES, FUNNEL, SAVINGS, TRAINING
from services.impact.schemas.figures import SUPPRESSED
from services.impact.schemas.programmes import ProgrammeOut, SavedOut, SavingsOut
from services.impact.schemas.training import COLUMNS

EXCLUSIVE = tuple(SAVINGS)[:5]
"""The stages that share no option: what was implemented, by what is known of its saving."""
WIDE, NARROW = 60.0, 14.0
_CHART = {"x_scale": 1.3, "y_scale": 1.2}


def workbook(answer: ProgrammeOut) -> bytes:
    """The report as an XLSX file: summary, funnel, savings by stage and by method, people trained, definitions."""
    book = Book()
    _summary(book, answer)
    _funnel(book, answer)
    by_stage = [each for each in answer.savings if each.method is None]
    _savings_by_stage(book, by_stage)
    _savings_by_method(book, [each for each in answer.savings if each.method is not None])
    _people(book, answer)
    rows = [(name, text, records) for name, text, records in _defined(answer)]
    book.sheet("Definitions", ("Figure", "Definition", "Records behind it"), rows, widths=(34, 110, NARROW))
    return book.content()


def _head(answer: ProgrammeOut) -> list[tuple[str, Any]]:
    """What the report is about, and who made it when from which data."""
    guarded, minimum = answer.made.readers == "outside", answer.covered.minimum_cell
    silence = f"readers outside the centre: figures of fewer than {minimum} companies or people are suppressed"
    period = answer.period
    return [
        ("Programme", answer.name),
        ("Code", answer.code),
        ("Donor", answer.donor),
        ("Runs from", answer.starts_on),
        ("Runs until", answer.ends_on),
        ("Currency", answer.currency),
        ("Period from", f"{period.first}-01-01" if period else "the beginning"),
        ("Period until", f"{period.last}-12-31" if period else "the moment it was made"),
        ("Made at", answer.made.at),
        ("Made by", answer.made.by),
        ("Made for", silence if guarded else "the centre: every figure"),
        ("Provinces", ", ".join(answer.covered.provinces or ()) or "all"),
        ("Data", answer.made.data),
        ("Targets", "are those of the whole programme, whatever the period"),
        ("Times", "are UTC; years are those of the dates named in the definitions"),
    ]


def _summary(book: Book, answer: ProgrammeOut) -> None:
    head = _head(answer)
    top = len(head) + 1
    header = ("Indicator", "Name", "Unit", "Target", "Actual", "Reached, % of target", "Records behind it", "Unknown")
    rows = [
        (
            each.code,
            each.name,
            f"{each.currency or ''} {each.unit}".strip(),
            each.target,
            each.actual,
            each.reached_percent,
            each.records,
            each.unknown,
            "; ".join(f"{other.currency} {other.amount}" for other in each.other_currencies),
            each.definition,
        )
        for each in answer.indicators
    ]
    widths = (26, 38, NARROW, NARROW, 18, NARROW, NARROW, NARROW, 22, WIDE)
    sheet = book.sheet("Summary", (*header, "Other currencies", "Definition"), rows, at_row=top, widths=widths)
    bold = book.workbook.add_format({"bold": True})
    for row, (name, value) in enumerate(head):
        book.write(sheet, row, 0, name, bold)
        book.write(sheet, row, 1, value)
    targets = [each for each in answer.indicators if each.target is not None]
    shown = [(each.name, 100, _number(each.reached_percent)) for each in targets]
    _chart(book, sheet, "Targets and actuals (% of target)", ("", "Target", "Actual"), shown, (top, 11), "column")


def _funnel(book: Book, answer: ProgrammeOut) -> None:
    rows = [(each.stage, each.clients, each.clients, FUNNEL[each.stage]) for each in answer.funnel]
    header = ("Stage", "Companies", "Records behind it", "Definition")
    sheet = book.sheet("Funnel", header, rows, widths=(NARROW, NARROW, NARROW, 100))
    shown = [(each.stage, _number(each.clients)) for each in answer.funnel]
    _chart(book, sheet, "Companies by stage", ("", "Companies"), shown, (len(rows) + 2, 0), "bar")


def _savings_by_stage(book: Book, groups: Sequence[SavingsOut]) -> None:
    """What nobody verified stands first."""
    rows = [
        (each.stage, SAVINGS[each.stage][1], *row, SAVINGS[each.stage][2], FIGURES.get(row[0], ""))
        for each in groups
        for row in _figures(each)
    ]
    header = (
        *("Stage", "Name", "Figure", "Currency", "Value", "Records behind it", "Unknown"),
        *("Definition of the stage", "Definition of the figure"),
    )
    widths = (24, 32, 18, 10, 20, NARROW, NARROW, WIDE, WIDE)
    sheet = book.sheet("Savings by stage", header, rows, widths=widths)
    exclusive = {each.stage: each for each in groups if each.stage in EXCLUSIVE}
    names = sorted({(saved.figure, saved.currency or "") for each in exclusive.values() for saved in each.figures})
    shown = [
        (f"{figure} {currency}".strip(), *(_saved(exclusive[stage], figure, currency) for stage in EXCLUSIVE))
        for figure, currency in names
    ]
    titles = ("", *(SAVINGS[stage][1] for stage in EXCLUSIVE))
    _chart(
        book, sheet, "Implemented, by what is known of it", titles, shown, (len(rows) + 2, 0), "bar", "percent_stacked"
    )


def _savings_by_method(book: Book, groups: Sequence[SavingsOut]) -> None:
    rows = [(each.stage, SAVINGS[each.stage][1], each.method, *row) for each in groups for row in _figures(each)]
    header = (
        "Stage",
        "Name",
        "Method, or who states it",
        "Figure",
        "Currency",
        "Value",
        "Records behind it",
        "Unknown",
    )
    book.sheet("Savings by method", header, rows, widths=(24, 32, 24, 18, 10, 20, NARROW, NARROW))


def _figures(group: SavingsOut) -> Iterator[tuple[str, str | None, Any, Any, int | None]]:
    """A group's number of options, and its figures."""
    yield "options", None, group.options, group.options, None
    for each in group.figures:
        yield each.figure, each.currency, each.value, each.records, each.unknown


def _saved(group: SavingsOut, figure: str, currency: str) -> Any:
    found: list[SavedOut] = [each for each in group.figures if (each.figure, each.currency or "") == (figure, currency)]
    return _number(found[0].value) if found else None


def _people(book: Book, answer: ProgrammeOut) -> None:
    training = answer.training
    rows = [(name, getattr(training, name), training.records(name), TRAINING[name]) for name in COLUMNS]
    header = ("Figure", "Value", "Records behind it", "Definition")
    sheet = book.sheet("People trained", header, rows, widths=(24, NARROW, NARROW, 100))
    shown = [(name, _number(getattr(training, name))) for name in ("people", "women", "sex_unstated")]
    _chart(book, sheet, "People trained", ("", "People"), shown, (len(rows) + 2, 0), "bar")


def _defined(answer: ProgrammeOut) -> Iterator[tuple[str, str, Any]]:
    """Every figure of the report with its definition and, where it stands for itself, its records."""
    records: dict[str, Any] = {f"indicators.{each.code}": each.records for each in answer.indicators}
    records |= {f"funnel.{each.stage}": each.clients for each in answer.funnel}
    records |= {f"savings.{each.stage}": each.options for each in answer.savings if each.method is None}
    records |= {f"training.{name}": answer.training.records(name) for name in COLUMNS}
    for name, text in answer.definitions.items():
        yield name, text, records.get(name, "beside each figure")


def _chart(
    book: Book,
    sheet: Any,
    title: str,
    titles: Sequence[str],
    rows: Sequence[Sequence[Any]],
    at: tuple[int, int],
    kind: str,
    subtype: str | None = None,
) -> None:
    """A chart of rows of a name and numbers, which are written beside it; what is suppressed is no bar."""
    if not rows:
        return
    top, left = at
    for row, cells in enumerate([titles, *rows], start=top):
        for column, cell in enumerate(cells, start=left):
            book.write(sheet, row, column, cell)
    chart = book.workbook.add_chart({"type": kind, **({"subtype": subtype} if subtype else {})})
    for column in range(1, len(titles)):
        chart.add_series(
            {
                "name": [sheet.name, top, left + column],
                "categories": [sheet.name, top + 1, left, top + len(rows), left],
                "values": [sheet.name, top + 1, left + column, top + len(rows), left + column],
            }
        )
    chart.set_title({"name": title})
    if kind == "bar":
        chart.set_y_axis({"reverse": True})
    if len(titles) == 2:
        chart.set_legend({"none": True})
    sheet.insert_chart(top + len(rows) + 2, left, chart, _CHART)


def _number(value: Any) -> Any:
    return None if value == SUPPRESSED else value
