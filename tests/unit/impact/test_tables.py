"""Tables for a spreadsheet."""

from datetime import date
from decimal import Decimal

from chassis.sheets_out import as_csv
from services.impact.domain.results import Actual
from services.impact.pack import Indicator
from services.impact.schemas import Covered, IndicatorOut, ProgrammeOut


def test_no_cell_is_a_formula_and_a_negative_figure_stays_a_number() -> None:
    indicator = Indicator(
        code="x", name='=HYPERLINK("http://made.up")', unit="@", measure="investment", stage="approved"
    )
    programme = ProgrammeOut(
        code="P",
        name="Programme",
        donor="Donor",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        currency="USD",
        covered=Covered(provinces=None, programmes=None, minimum_cell=None),
        indicators=[IndicatorOut.of(indicator, None, Actual(Decimal("-1.5"), 2, {"XTS": Decimal("-2"), "EUR": None}))],
    )
    assert as_csv(*programme.table()).splitlines()[1] == (
        'x,"\'=HYPERLINK(""http://made.up"")",\'@,,-1.5,2,EUR suppressed; XTS -2'
    )
