"""Tables for a spreadsheet."""

import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

from python_calamine import CalamineWorkbook

from chassis.pack import Programme
from chassis.sheets_out import as_csv
from services.impact.domain.people import FIGURES, Group
from services.impact.domain.programmes import Results
from services.impact.domain.results import Actual, WorkDone
from services.impact.pack import Indicator
from services.impact.schemas.figures import Covered
from services.impact.schemas.programmes import IndicatorOut, MadeOut, ProgrammeOut
from services.impact.schemas.report import workbook


def programme_of(*indicators: IndicatorOut) -> ProgrammeOut:
    nobody = Group(0, dict.fromkeys(FIGURES, frozenset()))
    return ProgrammeOut.of(
        Programme(
            code="P",
            name="=1+1",
            donor="@Donor",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
            currency="USD",
        ),
        None,
        Covered(provinces=None, programmes=None, minimum_cell=None),
        MadeOut(at=datetime(2026, 3, 1, tzinfo=UTC), by="-Centre", readers="centre", data="+all"),
        list(indicators),
        Results({}, {}, {}, WorkDone(0, None, 0, 0), False, nobody, ()),
    )


def test_no_cell_is_a_formula_and_a_negative_figure_stays_a_number() -> None:
    indicator = Indicator(
        code="x", name='=HYPERLINK("http://made.up")', unit="@", measure="investment", stage="approved"
    )
    actual = Actual(Decimal("-1.5"), 7, 2, {"XTS": Decimal("-2"), "EUR": None})
    programme = programme_of(IndicatorOut.of(indicator, "USD", Decimal(-10), actual))
    line = as_csv(*programme.table()).splitlines()[1]
    assert line.startswith('x,"\'=HYPERLINK(""http://made.up"")",\'@,-10,-1.5,2,EUR suppressed; XTS -2,15.00,7,"What')


def test_no_name_in_a_report_is_a_formula() -> None:
    content = workbook(programme_of())
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheets = [archive.read(each).decode() for each in archive.namelist() if each.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 6
    assert not any("<f>" in each for each in sheets)
    summary = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("Summary").to_python()
    said = {row[0]: row[1] for row in summary}
    assert (said["Programme"], said["Donor"], said["Made by"], said["Data"]) == (
        "'=1+1",
        "'@Donor",
        "'-Centre",
        "'+all",
    )
